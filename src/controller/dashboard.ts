import type { Reason } from '../domain/index.ts'
import { breakerUntil, wishesOf } from '../policy/index.ts'
import { type DashboardState, dashboardText } from '../proposal/index.ts'
import { answersOn, type Remembered } from './history.ts'
import type { Tick } from './lane.ts'
import type { LaneReport } from './tick-report.ts'

/** What one repository's dashboard would say now. Nothing in it moves while nothing happens, so that it is not written anew. */
export async function dashboardState(
  tick: Tick,
  remembered: Remembered,
  lanes: readonly LaneReport[],
): Promise<DashboardState> {
  const own = lanes.filter(({ repository }) => repository === remembered.view.repository)
  const most = Math.min(...tick.policies.map(({ limits }) => limits.openPullRequests))
  return {
    open: openIn(remembered, own),
    held: heldIn(tick, remembered),
    refused: own.flatMap(refusedIn),
    limits: Number.isFinite(most) ? [{ says: 'open pull requests', used: remembered.view.open.length, most }] : [],
    breaker: tick.policies.flatMap((policy) => {
      const untilMs = breakerUntil(remembered.attempts, policy, tick.sight.nowMs)
      return untilMs === undefined ? [] : [{ policy: policy.name, untilMs }]
    }),
    stopped: await stopsOf(tick),
  }
}

function openIn({ view, attempts }: Remembered, lanes: readonly LaneReport[]): DashboardState['open'] {
  return view.open.map(({ number, title }) => {
    const lane = attempts.find(({ pull }) => pull.number === number)?.record.lane
    const gates = lanes.find((one) => one.lane === lane)?.gates ?? []
    const waiting = gates.filter(({ pass }) => !pass)
    return {
      pull: number,
      title,
      waiting: waiting.map(({ name, reason }) => ({ gate: name, ...(reason && { reason }) })),
    }
  })
}

function heldIn({ sight }: Tick, { attempts }: Remembered): DashboardState['held'] {
  const lanes = [...new Set(attempts.map(({ record }) => record.lane))].sort()
  return lanes.flatMap((lane) => {
    const of = attempts.filter(({ record }) => record.lane === lane)
    const { held } = wishesOf(answersOn(of.map(({ pull }) => pull)), sight.nowMs)
    const last = of.at(-1)
    if (held === undefined || last === undefined) return []
    return [{ subject: last.record.subject, pull: last.pull.number, ...held }]
  })
}

function refusedIn({ diagnosis, subject, done, gates }: LaneReport): DashboardState['refused'] {
  if (diagnosis === undefined || gates !== undefined || (done.done !== 'noted' && done.done !== 'held')) return []
  return [{ subject, failure: diagnosis.failure, reason: done.reason }]
}

async function stopsOf({ deps, frozen }: Tick): Promise<readonly Reason[]> {
  const audit: readonly Reason[] = deps.audit?.state() === 'broken' ? ['audit-broken'] : []
  return frozen ? ['frozen', ...audit] : audit
}

/** Writes the dashboard where it is wanted, has a place, says something new, and nobody has closed it. */
export async function writeDashboard(
  tick: Tick,
  remembered: Remembered,
  lanes: readonly LaneReport[],
): Promise<boolean> {
  const { view, repository } = remembered
  const wanted = tick.deps.config.dashboard.enabled && view.issues !== false && view.dashboard?.closedByPerson !== true
  if (!wanted) return false
  const text = dashboardText(await dashboardState(tick, remembered, lanes))
  if (text === view.dashboard?.text) return false
  await repository.forge.say({ dashboard: true }, text)
  return true
}
