import type { Clock } from '../../ports/index.ts'
import type { Exchange } from './exchange.ts'

const MINUTE_MS = 60_000

/** Lets at most so many requests begin within any minute, in the order asked. */
export function paced(http: Exchange, perMinute: number, clock: Clock): Exchange {
  const closed = new AbortController()
  /** When the newest requests began, the oldest first; no more than may begin within a minute. */
  const begun: number[] = []
  let turn = Promise.resolve()
  const wait = async (): Promise<void> => {
    const oldest = begun.length < perMinute ? undefined : begun.shift()
    if (oldest !== undefined) await clock.sleep(oldest + MINUTE_MS - clock.now(), closed.signal)
    begun.push(clock.now())
  }
  return {
    quote: (text) => http.quote(text),
    async post(path, form) {
      turn = turn.then(wait)
      await turn
      return http.post(path, form)
    },
    close() {
      closed.abort()
      return http.close()
    },
  }
}
