import type { LimitWord } from './budget.ts'

const SECONDARY = /secondary rate limit|abuse detection|temporarily blocked from content creation/i
const PRIMARY = /API rate limit (?:already )?exceeded/i

export type Heard = {
  readonly status: number
  readonly headers: Headers
  /** Text of a refusal, or of GraphQL's errors; empty where all is well. */
  readonly text: string
  /** A GraphQL error of the type RATE_LIMITED. */
  readonly rateLimited?: boolean
}

/**
 * What an answer says of limits, in GitHub's order: `retry-after`, then `x-ratelimit-reset` where nothing remains, then a minute and more. REST
 * says it with 403 or 429; GraphQL also with 200.
 */
export function limitWord(heard: Heard, nowMs: number): LimitWord {
  const remaining = heard.headers.get('x-ratelimit-remaining')
  const resetMs = seconds(heard.headers.get('x-ratelimit-reset'))
  const refused = heard.status === 403 || heard.status === 429
  const retryAfterMs = retryAfter(heard.headers.get('retry-after'), nowMs)
  if (SECONDARY.test(heard.text)) return { kind: 'secondary', retryAfterMs }
  if ((refused && retryAfterMs !== undefined) || heard.status === 429)
    return remaining === '0' && retryAfterMs === undefined
      ? { kind: 'primary', resetMs }
      : { kind: 'secondary', retryAfterMs }
  if (heard.rateLimited === true || (refused && (remaining === '0' || PRIMARY.test(heard.text))))
    return { kind: 'primary', resetMs }
  return { kind: 'fine' }
}

/** Whether the answer itself is a refusal for limits. An answer that used up the last of the hour is not one. */
export function usedUp(headers: Headers): { readonly resetMs: number } | undefined {
  const resetMs = seconds(headers.get('x-ratelimit-reset'))
  return headers.get('x-ratelimit-remaining') === '0' && resetMs !== undefined ? { resetMs } : undefined
}

function seconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) * 1000 : undefined
}

function retryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined
  const inSeconds = seconds(text)
  if (inSeconds !== undefined) return inSeconds
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
