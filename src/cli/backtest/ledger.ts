import type { LaneReport, TickReport } from '../../controller/index.ts'
import { type Diagnosis, type Lane, laneOf, type Reason, type Subject } from '../../domain/index.ts'
import type { BacktestEvent, DayTotals, PolicyTotals, UnknownTotals } from './events.ts'

/** Gaps below this are one episode (PROTOCOL 1). */
const EPISODE_GAP_MS = 6 * 3_600_000

/** They hold because of what came before or beside it, not because of what was found. */
const SUPPRESSING: ReadonlySet<Reason> = new Set([
  ...(['warm-up', 'common-cause', 'cooldown', 'closed-by-person'] as const),
  ...(['breaker-open', 'retries-exhausted', 'budget-exhausted', 'line-has-open-change'] as const),
])

/** An open proposal waits for people; that is no news. */
const WAITS: ReadonlySet<Reason> = new Set(['awaiting-merge'])

type Episode = {
  readonly subject: Subject
  readonly policy: string | undefined
  lastMs: number
  /** What has been told of it already. */
  readonly told: Set<string>
}

type Counts = {
  episodes: number
  proposals: number
  wouldMerge: number
  withdrawn: number
  suppressed: number
  readonly noted: Map<string, number>
  readonly held: Map<string, number>
}

/** Turns what each tick did into what was new in it, and counts that by policy and by day. */
export class Ledger {
  readonly #episodes = new Map<string, Episode>()
  readonly #latest = new Map<Lane, Episode>()
  readonly #policies = new Map<string | undefined, Counts>()
  readonly #days = new Map<string, { episodes: number; proposals: number; notes: number; silenced: number }>()
  /** When each was last silenced, by lane and reason. */
  readonly #silenced = new Map<string, number>()
  readonly #unknown = new Map<string, UnknownTotals>()
  #watched = false

  /** Whether any workload ever had samples. */
  get watched(): boolean {
    return this.#watched
  }

  /** What was new in this tick, in the order of its lanes. */
  take(report: TickReport): readonly BacktestEvent[] {
    this.#day(report.atMs)
    if (report.quiet.length > 0 || report.lanes.some(({ diagnosis }) => diagnosis !== undefined)) this.#watched = true
    const unknown = new Set(report.unknown.map(({ signal, why }) => JSON.stringify([signal, why])))
    for (const { signal, why } of report.unknown) {
      const key = JSON.stringify([signal, why])
      if (unknown.delete(key)) this.#unknown.set(key, { signal, why, looks: (this.#unknown.get(key)?.looks ?? 0) + 1 })
    }
    return [
      ...report.silenced.flatMap((one) => this.#hushed(one, report.atMs)),
      ...report.lanes.flatMap((lane) => this.#lane(lane, report.atMs)),
    ]
  }

  /** One that goes on, or comes back within the gap of an episode, is no news. */
  #hushed({ subject, reason, message }: TickReport['silenced'][number], atMs: number): readonly BacktestEvent[] {
    const key = `${laneOf(subject)} ${reason}`
    const lastMs = this.#silenced.get(key)
    this.#silenced.set(key, atMs)
    if (lastMs !== undefined && atMs - lastMs < EPISODE_GAP_MS) return []
    this.#day(atMs).silenced += 1
    return [{ event: 'silenced', atMs, subject, reason, message }]
  }

  #lane(report: LaneReport, atMs: number): readonly BacktestEvent[] {
    const { diagnosis } = report
    const found = diagnosis === undefined ? [] : this.#found(report, diagnosis, atMs)
    const episode = this.#latest.get(report.lane)
    if (episode === undefined) return found
    const told = toldOf(report)
    // What a gate says of an open proposal is told once, however often the tick comes back to it.
    if (told === undefined || episode.told.has(told.key)) return found
    episode.told.add(told.key)
    const event: BacktestEvent = { ...told.event, atMs, subject: episode.subject }
    this.#count(event, episode.policy ?? report.policy)
    return [...found, event]
  }

  #found(report: LaneReport, diagnosis: Diagnosis, atMs: number): readonly BacktestEvent[] {
    const key = `${report.lane} ${diagnosis.failure}`
    const known = this.#episodes.get(key)
    if (known !== undefined && atMs - known.lastMs < EPISODE_GAP_MS) {
      known.lastMs = atMs
      this.#latest.set(report.lane, known)
      return []
    }
    const { subject, failure, confidence, startMs, summary } = diagnosis
    const { policy } = report
    const episode = { subject, policy, lastMs: atMs, told: new Set<string>() }
    this.#episodes.set(key, episode)
    this.#latest.set(report.lane, episode)
    this.#of(policy).episodes += 1
    this.#day(atMs).episodes += 1
    return [{ event: 'finding', atMs, subject, failure, confidence, sinceMs: startMs, summary, policy }]
  }

  #count(event: BacktestEvent, policy: string | undefined): void {
    const counts = this.#of(policy)
    const day = this.#day(event.atMs)
    switch (event.event) {
      case 'proposal':
        counts.proposals += event.anew ? 0 : 1
        day.proposals += event.anew ? 0 : 1
        return
      case 'would-merge':
        counts.wouldMerge += 1
        return
      case 'withdrawn':
        counts.withdrawn += 1
        return
      case 'noted':
        add(counts.noted, event.reason)
        day.notes += 1
        return
      case 'held':
        add(counts.held, event.reason)
        if (SUPPRESSING.has(event.reason)) counts.suppressed += 1
        return
      case 'finding':
      case 'silenced':
        return
      default:
        event satisfies never
    }
  }

  #of(policy: string | undefined): Counts {
    const known = this.#policies.get(policy) ?? {
      ...{ episodes: 0, proposals: 0, wouldMerge: 0, withdrawn: 0, suppressed: 0 },
      noted: new Map<string, number>(),
      held: new Map<string, number>(),
    }
    this.#policies.set(policy, known)
    return known
  }

  #day(atMs: number) {
    const date = dateOf(atMs)
    const known = this.#days.get(date) ?? { episodes: 0, proposals: 0, notes: 0, silenced: 0 }
    this.#days.set(date, known)
    return known
  }

  /** By name; what no policy covers comes last. */
  policies(): readonly PolicyTotals[] {
    return [...this.#policies]
      .sort(([a], [b]) => (a === undefined ? 1 : b === undefined ? -1 : a < b ? -1 : 1))
      .map(([policy, { noted, held, ...counts }]) => ({
        policy,
        ...counts,
        noted: sorted(noted),
        held: sorted(held),
      }))
  }

  /** In order of the signals' names. */
  unknown(): readonly UnknownTotals[] {
    return [...this.#unknown].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  }

  /** Every day that a tick fell into, in order. */
  days(): readonly DayTotals[] {
    return [...this.#days].map(([date, counts]) => ({ date, ...counts }))
  }
}

export function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Told = { readonly key: string; readonly event: EventBody }
type EventBody = BacktestEvent extends infer One
  ? One extends BacktestEvent
    ? Omit<One, 'atMs' | 'subject'>
    : never
  : never

/** What a lane's step says, and by what it is told apart from what was said before; undefined where it says nothing new. */
function toldOf({ done, step, prepared, gates, policy }: LaneReport): Told | undefined {
  switch (done.done) {
    case 'opened':
    case 'refreshed': {
      if (prepared.ready !== 'proposal') return undefined
      const { title, record, proof, edits } = prepared.proposal
      const event = {
        event: 'proposal',
        anew: done.done === 'refreshed',
        policy: record.policy.name,
        mode: record.mode,
        title,
        changes: proof.changes,
        edits,
      } as const
      // One that is computed anew and changes the same is no news.
      return { key: `proposal ${done.pull} ${JSON.stringify(proof.changes)}`, event }
    }
    case 'closed':
      return { key: `closed ${done.pull}`, event: { event: 'withdrawn', reason: done.reason } }
    case 'noted':
    case 'held': {
      if (done.reason === 'not-applied') return { key: 'would-merge', event: { event: 'would-merge' } }
      if (WAITS.has(done.reason)) return undefined
      const shut = step.do === 'hold' ? gates?.find((gate) => !gate.pass && gate.reason === done.reason) : undefined
      const event = {
        event: done.done,
        reason: done.reason,
        message: done.message,
        policy,
        gate: shut?.name,
      } as const
      return { key: `${done.done} ${done.reason}`, event }
    }
    default:
      return undefined
  }
}
