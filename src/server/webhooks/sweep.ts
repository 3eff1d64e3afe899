import { isJsonObject } from '../../domain/index.ts'
import type { App } from './app.ts'

const PAGE = 100
/** Asked for again no more often than this: what fails that often fails for a reason. */
const MOST_ATTEMPTS = 3
const MOST_AT_ONCE = 20
/** GitHub keeps deliveries for at least three days. */
const OLDEST_MS = 3 * 24 * 60 * 60 * 1000

type Attempt = { readonly id: number; readonly guid: string; readonly atMs: number; readonly failed: boolean }

/**
 * Asks GitHub to send again what never arrived, oldest first; gives the ids of those deliveries. A convenience: without it, the next tick
 * sees the same things.
 */
export async function redeliverFailed(app: Pick<App, 'request'>, nowMs: number): Promise<readonly string[]> {
  const answer = await app.request('GET /app/hook/deliveries', { per_page: PAGE })
  const attempts = Array.isArray(answer) ? answer.flatMap(attemptOf) : []
  const lost = [...grouped(attempts).values()]
    .filter((all) => all.every(({ failed }) => failed) && all.length <= MOST_ATTEMPTS)
    .flatMap((all) => all.toSorted((a, b) => b.atMs - a.atMs).slice(0, 1))
    .filter(({ atMs }) => nowMs - atMs < OLDEST_MS)
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(0, MOST_AT_ONCE)
  for (const { id } of lost) await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id })
  return lost.map(({ guid }) => guid)
}

function grouped(attempts: readonly Attempt[]): ReadonlyMap<string, readonly Attempt[]> {
  const groups = new Map<string, Attempt[]>()
  for (const attempt of attempts) groups.set(attempt.guid, [...(groups.get(attempt.guid) ?? []), attempt])
  return groups
}

function attemptOf(value: unknown): readonly Attempt[] {
  if (!isJsonObject(value)) return []
  const { id, guid, delivered_at: at, status_code: code } = value
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
  if (typeof id !== 'number' || typeof guid !== 'string' || Number.isNaN(atMs)) return []
  return [{ id, guid, atMs, failed: typeof code !== 'number' || code < 200 || code >= 300 }]
}
