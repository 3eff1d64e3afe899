import type { OutsideLabel } from '../../ports/index.ts'

type Rows = readonly (readonly number[])[]
type Labels = readonly OutsideLabel[] | undefined
type Part = { readonly rows: Rows; readonly done: (labels: Labels) => void }

/** Of one request. */
const MOST_ROWS = 1000

/**
 * Puts together what is asked at the same time, so that a thousand workloads cost a few requests, one after the other, and not a thousand at
 * once. `send` is given at most 1,000 rows. A call that is spread over several requests is answered by all of them or not at all.
 */
export function batched(
  send: (rows: Rows, firstMs: number) => Promise<Labels>,
  now: () => number,
): (rows: Rows) => Promise<Labels> {
  const waiting: Part[] = []
  let running = false

  async function pump(): Promise<void> {
    running = true
    // Until here, everybody who asks in this turn has asked.
    await Promise.resolve()
    const firstMs = now()
    for (let batch = taken(waiting); batch.length > 0; batch = taken(waiting)) {
      const rows = batch.flatMap((part) => part.rows)
      const labels = await send(rows, firstMs).catch(() => undefined)
      let at = 0
      for (const part of batch) {
        part.done(labels?.slice(at, at + part.rows.length))
        at += part.rows.length
      }
    }
    running = false
  }

  return async (rows) => {
    const parts: Promise<Labels>[] = []
    for (let first = 0; first < rows.length; first += MOST_ROWS) {
      const slice = rows.slice(first, first + MOST_ROWS)
      parts.push(new Promise((done) => waiting.push({ rows: slice, done })))
    }
    if (parts.length > 0 && !running) void pump()
    const labels: OutsideLabel[] = []
    for (const part of await Promise.all(parts)) {
      if (part === undefined) return undefined
      labels.push(...part)
    }
    return labels
  }
}

/** The first parts that fit into one request. */
function taken(waiting: Part[]): readonly Part[] {
  let count = 0
  let rows = 0
  for (const part of waiting) {
    rows += part.rows.length
    if (rows > MOST_ROWS) break
    count += 1
  }
  return waiting.splice(0, count)
}
