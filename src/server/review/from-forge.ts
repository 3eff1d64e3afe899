import {
  type Application,
  type ApplicationStatus,
  type Attempt,
  type AttemptRecord,
  type Diagnosis,
  type Gate,
  type Proof,
  type Pull,
  type ReadAttempt,
  type Series,
  type SignalId,
  sameWorkload,
  type TimeRange,
  type Tree,
} from '../../domain/index.ts'
import type { Clock, Forge, MergeResult, Metrics } from '../../ports/index.ts'
import type { ApplicationRow, ChangeModel, ChartModel, LeftAlone, Overview } from './model.ts'
import { type ChangeInput, chartOf, chartSignals, modelOf } from './of-pull.ts'
import type { ActionResult, ReviewActions, ReviewSource } from './server.ts'

export type SyncedApplication = { readonly application: Application; readonly status: ApplicationStatus }

/** A forge as the pages need it: reading, and a person's two doors. The local forge is one. */
export type PersonForge = Pick<Forge, 'repository' | 'tree' | 'contains'> & {
  /** Every pull request of ours. */
  pulls(): Promise<readonly Pull[]>
  /** Gates of the last check run; none where there was no check. */
  gates(pull: number): Promise<readonly Gate[]>
  /** Merges only if the head is still `sha`. */
  mergeByPerson(pull: number, sha: string): Promise<MergeResult>
  /** False when it had ended already. */
  closeByPerson(pull: number): Promise<boolean>
}

/** What the pages are fed from. What is optional is asked for each proposal; where it is absent the page has no such section. */
export type ForgeReviewOptions = {
  readonly forge: PersonForge
  readonly metrics: Metrics
  readonly clock: Clock
  /** What a pull request says of itself, believed or not: `proposal/read`. */
  readonly read: (pull: Pull) => ReadAttempt
  readonly applications: () => Promise<readonly SyncedApplication[]>
  readonly leftAlone: () => Promise<readonly LeftAlone[]>
  /** What was seen when it was decided, found again by range queries. */
  readonly diagnose?: (record: AttemptRecord) => Promise<Diagnosis | undefined>
  readonly prove?: (pull: Pull, record: AttemptRecord) => Promise<Proof | undefined>
  /** Samples of a chart; 60,000 ms where it is not given. */
  readonly stepMs?: number
}

type Seen = { readonly pull: Pull; readonly attempt: Attempt | undefined }

const BEFORE_MS = 30 * 60_000
const AFTER_MS = 10 * 60_000
const MAX_POINTS = 400
const MAX_FILE = 512 * 1024
const MAX_CHARTS = 500

function textIn(tree: Tree, path: string): string | undefined {
  const bytes = tree.bytes(path)
  return bytes === undefined || bytes.byteLength > MAX_FILE ? undefined : new TextDecoder().decode(bytes)
}

/** The story with some air around it, on the grid of the samples, at most 400 of them. */
function rangeOf(record: AttemptRecord, endMs: number, nowMs: number, stepMs: number): TimeRange {
  const from = record.episodeStartMs - BEFORE_MS
  const to = Math.max(from + stepMs, Math.min(nowMs, endMs + AFTER_MS))
  const step = Math.ceil((to - from) / MAX_POINTS / stepMs) * stepMs || stepMs
  return { startMs: Math.floor(from / step) * step, endMs: Math.floor(to / step) * step, stepMs: step }
}

/** The record's container where the failure is one container's, else the first series of the workload. */
function seriesOf(series: readonly Series[], record: AttemptRecord): Series | undefined {
  const own = series.filter((one) => sameWorkload(one.subject, record.subject))
  return own.find((one) => one.subject.container === record.subject.container) ?? own[0]
}

class ForgeReview implements ReviewSource {
  readonly #options: ForgeReviewOptions
  /** Charts of what is concluded: the past does not change. By number and end. */
  readonly #charts = new Map<string, ChartModel>()

  constructor(options: ForgeReviewOptions) {
    this.#options = options
  }

  async overview(): Promise<Overview> {
    const { forge, metrics, leftAlone } = this.#options
    const [seen, alone, applications] = await Promise.all([this.#seen(), leftAlone(), this.#options.applications()])
    const changes = await Promise.all(seen.map((one) => this.#model(one, seen, applications, 'card')))
    return {
      cluster: metrics.cluster,
      repository: forge.repository,
      changes,
      leftAlone: alone,
      applications: applications.map(applicationRow),
    }
  }

  async change(number: number): Promise<ChangeModel | undefined> {
    const [seen, applications] = await Promise.all([this.#seen(), this.#options.applications()])
    const one = seen.find(({ pull }) => pull.number === number)
    return one && this.#model(one, seen, applications, 'page')
  }

  /** Newest first. */
  async #seen(): Promise<readonly Seen[]> {
    const pulls = await this.#options.forge.pulls()
    return [...pulls].sort((a, b) => b.number - a.number).map((pull) => ({ pull, attempt: this.#read(pull) }))
  }

  #read(pull: Pull): Attempt | undefined {
    const read = this.#options.read(pull)
    return read.read ? read.attempt : undefined
  }

  async #model(
    { pull, attempt }: Seen,
    all: readonly Seen[],
    applications: readonly SyncedApplication[],
    detail: 'card' | 'page',
  ): Promise<ChangeModel> {
    const nowMs = this.#options.clock.now()
    if (attempt === undefined) return modelOf({ pull, nowMs })
    const { record, conclusion } = attempt
    const syncedAtMs = await this.#syncedAt(pull, record, applications)
    const chart = await this.#chartOf(attempt, nowMs)
    const revertedBy = all.find((other) => other.attempt?.record.reverts === pull.number)?.pull.number
    return modelOf({
      pull,
      nowMs,
      record,
      ...(conclusion !== undefined && { conclusion }),
      ...(syncedAtMs !== undefined && { syncedAtMs }),
      ...(revertedBy !== undefined && { revertedBy }),
      ...(chart !== undefined && { chart }),
      gates: await this.#options.forge.gates(pull.number),
      ...(detail === 'page' ? await this.#detail(pull, record) : {}),
    })
  }

  async #detail(pull: Pull, record: AttemptRecord): Promise<Partial<ChangeInput>> {
    const { diagnose, prove } = this.#options
    const [files, diagnosis, proof] = await Promise.all([
      this.#files(pull, record),
      diagnose?.(record),
      prove?.(pull, record),
    ])
    return {
      ...(files !== undefined && { files }),
      ...(diagnosis !== undefined && { diagnosis }),
      ...(proof !== undefined && { proof }),
    }
  }

  /** Undefined when one of the two commits is not there any more. */
  async #files(pull: Pull, record: AttemptRecord): Promise<ChangeInput['files']> {
    const { forge } = this.#options
    try {
      const [base, head] = await Promise.all([forge.tree(record.base.revision), forge.tree(pull.headSha)])
      return pull.files.map((path) => {
        const [before, after] = [textIn(base, path), textIn(head, path)]
        return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
      })
    } catch {
      return undefined
    }
  }

  async #chartOf({ pull, record, conclusion }: Attempt, nowMs: number): Promise<ChartModel | undefined> {
    if (conclusion === undefined) {
      const endMs = pull.state === 'closed' ? (pull.endedAtMs ?? nowMs) : nowMs
      return this.#chart(record, endMs, nowMs)
    }
    const key = `${pull.number} ${conclusion.atMs}`
    const drawn = this.#charts.get(key) ?? (await this.#chart(record, conclusion.atMs, nowMs))
    if (drawn !== undefined && nowMs > conclusion.atMs + AFTER_MS) this.#charts.set(key, drawn)
    if (this.#charts.size > MAX_CHARTS) this.#charts.clear()
    return drawn
  }

  async #chart(record: AttemptRecord, endMs: number, nowMs: number): Promise<ChartModel | undefined> {
    const { value, threshold } = chartSignals(record.failure)
    const ids: readonly SignalId[] = threshold === undefined ? [value] : [value, threshold]
    const range = rangeOf(record, endMs, nowMs, this.#options.stepMs ?? 60_000)
    const [values, limits] = await this.#options.metrics.read(ids, range)
    const drawn = seriesOf(values?.series ?? [], record)
    return drawn && chartOf(drawn, seriesOf(limits?.series ?? [], record))
  }

  /** The first sync after the merge whose revision contains it. */
  async #syncedAt(
    pull: Pull,
    record: AttemptRecord,
    applications: readonly SyncedApplication[],
  ): Promise<number | undefined> {
    const { mergeCommit, endedAtMs } = pull
    if (mergeCommit === undefined || endedAtMs === undefined) return undefined
    const found = applications.find(
      ({ application }) =>
        application.name === record.application.name && application.namespace === record.application.namespace,
    )
    for (const { revision, deployedAtMs } of found?.status.history ?? [])
      if (deployedAtMs >= endedAtMs && (await this.#options.forge.contains(revision, mergeCommit))) return deployedAtMs
    return undefined
  }
}

function applicationRow({ application, status }: SyncedApplication): ApplicationRow {
  return {
    name: application.name,
    namespace: application.namespace,
    source: application.sources.map((source) => source.path ?? source.chart ?? source.ref ?? '').join(', '),
    sync: status.sync,
    health: status.health,
    ...(status.revision !== undefined && { revision: status.revision }),
    ...(status.syncedAtMs !== undefined && { syncedAtMs: status.syncedAtMs }),
  }
}

/** The pages of one repository, read anew each time from its forge and its metrics. */
export function forgeReview(options: ForgeReviewOptions): ReviewSource {
  return new ForgeReview(options)
}

/** A person's merge and close. A pull request that has ended already is said to be superseded. */
export function forgeActions(forge: PersonForge): ReviewActions {
  return {
    async merge(number, sha): Promise<ActionResult> {
      const result = await forge.mergeByPerson(number, sha)
      if (result.result === 'merged') return { done: true }
      return { done: false, reason: result.result === 'waiting' ? result.by : result.reason }
    },
    async close(number): Promise<ActionResult> {
      return (await forge.closeByPerson(number)) ? { done: true } : { done: false, reason: 'superseded' }
    },
  }
}
