import type { TimeRange } from '../../domain/index.ts'
import { parseMatrix, type Row } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { halves, pointsOf, split } from './range.ts'

/** The rows of one query over one part of a range. */
export type Part = { readonly range: TimeRange; readonly rows: readonly Row[]; readonly warnings: readonly string[] }

/** Parts in the order of time, or why there are none: a code of the error table and one line. */
export type RangeRead =
  | { readonly read: true; readonly parts: readonly Part[] }
  | { readonly read: false; readonly problem: string }

type PartRead =
  | { readonly read: true; readonly part: Part }
  | { readonly read: false; readonly problem: string; readonly tooHeavy: boolean }

/** The most points per series that one request may ask; Prometheus refuses more than 11,001. */
const MAX_POINTS = 11_000

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

async function askPart(http: Exchange, query: string, range: TimeRange, timeoutMs: number): Promise<PartRead> {
  const reply = await http.post('/api/v1/query_range', {
    query,
    start: seconds(range.startMs),
    end: seconds(range.endMs),
    step: seconds(range.stepMs),
    // Ends the work of the server for an answer that nobody waits for any more.
    timeout: `${timeoutMs}ms`,
  })
  if (!reply.answered) {
    const tooHeavy = reply.status === 422 || reply.status === 503
    return { read: false, problem: `${reply.code} ${reply.problem}`, tooHeavy }
  }
  const matrix = parseMatrix(reply.body, range)
  if (!matrix.parsed) return { read: false, problem: `KIN-3004 ${matrix.problem}`, tooHeavy: false }
  return { read: true, part: { range, rows: matrix.rows, warnings: matrix.warnings } }
}

function collected(reads: readonly PartRead[]): RangeRead {
  const parts: Part[] = []
  for (const one of reads) {
    if (!one.read) return { read: false, problem: one.problem }
    parts.push(one.part)
  }
  return { read: true, parts }
}

/**
 * Asks a query over a range of any length: at most 11,000 points per request, and each part that is too heavy for the
 * server once more in two halves. Equal questions that are asked while one runs share its answer.
 */
export function rangeReader(
  http: Exchange,
  timeoutMs: number,
): (query: string, range: TimeRange) => Promise<RangeRead> {
  const running = new Map<string, Promise<RangeRead>>()

  async function askOrHalve(query: string, range: TimeRange): Promise<RangeRead> {
    const whole = await askPart(http, query, range, timeoutMs)
    if (whole.read || !whole.tooHeavy || pointsOf(range) < 2) return collected([whole])
    return collected(await Promise.all(halves(range).map((half) => askPart(http, query, half, timeoutMs))))
  }

  async function ask(query: string, range: TimeRange): Promise<RangeRead> {
    const reads = await Promise.all(split(range, MAX_POINTS).map((part) => askOrHalve(query, part)))
    const failure = reads.find((one) => !one.read)
    return failure ?? { read: true, parts: reads.flatMap((one) => (one.read ? one.parts : [])) }
  }

  return (query, range) => {
    const key = `${range.startMs}/${range.endMs}/${range.stepMs} ${query}`
    const known = running.get(key)
    if (known !== undefined) return known
    const answer = ask(query, range).finally(() => running.delete(key))
    running.set(key, answer)
    return answer
  }
}
