import type { ErrorCode, TimeRange } from '../../domain/index.ts'
import { parseMatrix, type Row } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { halves, pointsOf, split } from './range.ts'

/** The rows of one query over one part of a range. */
export type Part = { readonly range: TimeRange; readonly rows: readonly Row[]; readonly warnings: readonly string[] }

/** Why there is no answer: `problem` is `code` and one line; `status` is there when HTTP answered with another than 200. */
export type Unread = {
  readonly read: false
  readonly code: ErrorCode
  readonly problem: string
  readonly status?: number
}

/** Parts in the order of time, or why there are none. */
export type RangeRead = { readonly read: true; readonly parts: readonly Part[] } | Unread

type PartRead = { readonly read: true; readonly part: Part } | Unread

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
    const { code, problem, status } = reply
    return { read: false, code, problem: `${code} ${problem}`, ...(status === undefined ? {} : { status }) }
  }
  const matrix = parseMatrix(reply.body, range)
  if (!matrix.parsed) return { read: false, code: 'KIN-3004', problem: `KIN-3004 ${matrix.problem}` }
  return { read: true, part: { range, rows: matrix.rows, warnings: matrix.warnings } }
}

/** A query error is 422 too: it is asked once more in vain. */
function isTooHeavy({ status }: Unread): boolean {
  return status === 422 || status === 503
}

function collected(reads: readonly PartRead[]): RangeRead {
  const parts: Part[] = []
  for (const one of reads) {
    if (!one.read) return one
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
    if (whole.read || !isTooHeavy(whole) || pointsOf(range) < 2) return collected([whole])
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
