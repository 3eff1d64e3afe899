import { type BaseRules, KintsugiError, type Reason } from '../domain/index.ts'
import { ownCheckAsked } from '../policy/index.ts'
import { writeDashboard } from './dashboard.ts'
import type { Remembered } from './history.ts'
import type { Tick } from './lane.ts'
import { offerSettings, offersToday } from './onboarding.ts'
import type { LaneReport } from './tick-report.ts'

/** What was done for a repository as a whole. */
export type Kept = { readonly repository: string } & (
  | { readonly kept: 'offered'; readonly pull: number; readonly url: string }
  | { readonly kept: 'refused'; readonly reason: Reason; readonly message: string }
  | { readonly kept: 'dashboard' }
  | { readonly kept: 'swept'; readonly branches: readonly string[] }
  | { readonly kept: 'failed'; readonly message: string }
)

/** Ticks between two sweeps of branches that nothing holds any more. */
const SWEEP_EVERY = 60

/** What belongs to no lane. Done after the lanes, since it can wait; a repository that the world takes away does not stop the others. */
export async function keepHouse(
  tick: Tick,
  remembered: readonly Remembered[],
  lanes: readonly LaneReport[],
): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  const sweeps = tick.memory.ticks % SWEEP_EVERY === 0
  tick.memory.ticks += 1
  let today = offersToday(remembered, tick.sight.nowMs)
  for (const one of remembered) {
    try {
      const offer = await offered(tick, one, lanes, today)
      if (offer?.kept === 'offered') today += 1
      const swept = sweeps ? await sweep(one) : undefined
      await standAside(tick, one)
      const written = await dashboard(tick, one, lanes)
      kept.push(...[offer, swept, written].filter((done) => done !== undefined))
    } catch (error) {
      if (!(error instanceof KintsugiError)) throw error
      kept.push({ repository: one.view.repository, kept: 'failed', message: error.message })
    }
  }
  return kept
}

async function offered(
  tick: Tick,
  remembered: Remembered,
  lanes: readonly LaneReport[],
  today: number,
): Promise<Kept | undefined> {
  const { repository } = remembered.view
  const result = await offerSettings(tick, remembered, lanes, today)
  if (result === undefined) return undefined
  if (result.result === 'refused')
    return { repository, kept: 'refused', reason: result.reason, message: result.message }
  return { repository, kept: 'offered', pull: result.pull.number, url: result.pull.url }
}

async function dashboard(tick: Tick, remembered: Remembered, lanes: readonly LaneReport[]): Promise<Kept | undefined> {
  const { repository } = remembered.view
  return (await writeDashboard(tick, remembered, lanes)) ? { repository, kept: 'dashboard' } : undefined
}

/** On the branch that was looked at, and on those whose rules this tick has read. */
async function standAside({ otherRules }: Tick, { repository: { forge }, view }: Remembered): Promise<void> {
  const others = [...otherRules].flatMap(([key, rules]): [string, BaseRules][] => {
    const [repository, base] = key.split('\n')
    return repository === view.repository && base !== undefined ? [[base, rules]] : []
  })
  for (const [base, rules] of [[view.base.branch, view.rules] as const, ...others])
    if (ownCheckAsked(rules, view.self)) await forge.standAside?.(base)
}

async function sweep({ repository: { forge }, view: { repository } }: Remembered): Promise<Kept | undefined> {
  const branches = await forge.sweep()
  return branches.length === 0 ? undefined : { repository, kept: 'swept', branches }
}
