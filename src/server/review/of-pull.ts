import {
  type AttemptRecord,
  type Conclusion,
  type Diagnosis,
  type Edit,
  type Failure,
  formatDuration,
  formatSubject,
  type Gate,
  isReason,
  type Proof,
  type Pull,
  reasonInfo,
  type Series,
  type SignalId,
  signalInfo,
} from '../../domain/index.ts'
import { diffOf, replacedIn } from './diff.ts'
import type { ChangeModel, ChartModel, EvidenceRow, FileDiff, Moment, Stage, Tone } from './model.ts'

/** What is known of one proposal. Only `pull` and `nowMs` must be there; the page leaves out what the rest would show. */
export type ChangeInput = {
  readonly pull: Pull
  readonly nowMs: number
  /** Absent when nothing in the pull request can be believed. */
  readonly record?: AttemptRecord
  readonly conclusion?: Conclusion
  readonly diagnosis?: Diagnosis
  /** One sentence: why this change. */
  readonly rationale?: string
  readonly edits?: readonly Edit[]
  /** Touched files as text, at the base of the proposal and at its head; undefined where the file is not. */
  readonly files?: readonly { readonly path: string; readonly before?: string; readonly after?: string }[]
  readonly proof?: Proof
  readonly gates?: readonly Gate[]
  /** When Argo CD held a revision with the merge. */
  readonly syncedAtMs?: number
  readonly revertedBy?: number
  readonly chart?: ChartModel
}

const TONES: Readonly<Record<Conclusion['verdict'], Tone>> = {
  resolved: 'good',
  insufficient: 'waiting',
  harmful: 'bad',
  indeterminate: 'neutral',
  superseded: 'neutral',
  'no-longer-needed': 'neutral',
  conflict: 'neutral',
}

function reasonStage(name: string, tone: Tone, more = ''): Stage {
  return { name, tone, says: `${isReason(name) ? reasonInfo(name).means : name}${more}` }
}

function openStage(gates: readonly Gate[]): Stage {
  const closed = gates.find((gate) => !gate.pass)
  if (closed === undefined) return reasonStage('open', 'waiting', ': waits to be merged.')
  return reasonStage(closed.reason ?? closed.name, 'waiting')
}

function mergedStage(input: ChangeInput): Stage {
  if (input.syncedAtMs === undefined) return reasonStage('awaiting-sync', 'waiting')
  const windowMs = input.record?.verify.windowMs
  const left = windowMs === undefined ? undefined : input.syncedAtMs + windowMs - input.nowMs
  return reasonStage('verifying', 'waiting', left !== undefined && left > 0 ? ` ${formatDuration(left)} to go.` : '')
}

function stageOf(input: ChangeInput): Stage {
  const { pull, conclusion } = input
  if (conclusion !== undefined)
    return { name: conclusion.verdict, tone: TONES[conclusion.verdict], says: conclusion.because }
  if (input.record === undefined) return reasonStage('tampered', 'bad')
  if (pull.state === 'merged') return mergedStage(input)
  if (pull.state === 'open') return openStage(input.gates ?? [])
  return pull.endedBy === 'person'
    ? reasonStage('closed-by-person', 'neutral')
    : { name: 'closed', tone: 'neutral', says: 'Closed by the bot.' }
}

function momentsOf({ pull, record, conclusion, syncedAtMs }: ChangeInput): readonly Moment[] {
  const moments: Moment[] = []
  const add = (what: Moment['what'], atMs: number | undefined): void => {
    if (atMs !== undefined) moments.push({ what, atMs })
  }
  add('detected', record?.episodeStartMs)
  add('proposed', pull.createdAtMs)
  add(pull.state === 'merged' ? 'merged' : 'closed', pull.state === 'open' ? undefined : pull.endedAtMs)
  add('synced', syncedAtMs)
  add('concluded', conclusion?.atMs)
  return moments.sort((a, b) => a.atMs - b.atMs)
}

/** `Key: value` lines of the last paragraph of a commit message; none when that paragraph holds anything else. */
export function trailersOf(message: string): ChangeModel['trailers'] {
  const last =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? ''
  const found = last.split('\n').map((line) => /^([A-Za-z][A-Za-z0-9-]{0,63}): (.*)$/.exec(line))
  if (found.some((match) => match === null)) return []
  return found.map((match) => ({ key: match?.[1] ?? '', value: match?.[2] ?? '' }))
}

/** A comment without the blocks that only machines read. */
function spoken(comment: string | undefined): string {
  return (comment ?? '').replace(/<!--.*?(?:-->|$)/gs, '').trim()
}

function evidenceOf(diagnosis: Diagnosis | undefined): readonly EvidenceRow[] {
  return (diagnosis?.evidence ?? []).map(({ signal, says, value, threshold, atMs, asked }) => ({
    signal,
    unit: signalInfo(signal).unit,
    says,
    value,
    atMs,
    asked,
    ...(threshold !== undefined && { threshold }),
  }))
}

function filesOf({ pull, files }: ChangeInput): readonly FileDiff[] {
  if (files !== undefined) return files.map((file) => diffOf(file.path, file.before ?? '', file.after ?? ''))
  return pull.files.map((path) => ({ path, hunks: [], unshown: 'its content is not at hand' }))
}

function undoOf(record: AttemptRecord | undefined): string | undefined {
  if (record === undefined) return undefined
  const { windowMs, onHarm } = record.verify
  const then =
    onHarm === 'revert' ? 'a pull request that takes it back is opened' : 'people are told, and nothing is taken back'
  return `Watched for ${formatDuration(windowMs)} after the sync. If something new goes wrong, ${then}.`
}

function fromRecord(record: AttemptRecord): Partial<ChangeModel> {
  return {
    kind: record.kind,
    subject: formatSubject(record.subject),
    failure: record.failure,
    action: record.action,
    mode: record.mode,
    policy: record.policy.name,
    application: `${record.application.namespace}/${record.application.name}`,
    confidence: record.confidence,
    lines: record.lines,
    ...(record.reverts !== undefined && { reverts: record.reverts }),
  }
}

/** The page's view of one proposal. The body of the pull request is never used: it is text for another reader. */
export function modelOf(input: ChangeInput): ChangeModel {
  const { pull, record, diagnosis, proof } = input
  const undo = undoOf(record)
  const files = filesOf(input)
  const comment = spoken(pull.comment)
  return {
    number: pull.number,
    title: pull.title,
    state: pull.state,
    kind: 'fix',
    subject: pull.branch,
    lines: input.edits?.map((edit) => `${edit.file}:${edit.line}`) ?? [],
    ...(record !== undefined && fromRecord(record)),
    stage: stageOf(input),
    createdAtMs: pull.createdAtMs,
    url: pull.url,
    branch: pull.branch,
    base: pull.base,
    headSha: pull.headSha,
    moments: momentsOf(input),
    evidence: evidenceOf(diagnosis),
    votes: diagnosis?.votes ?? [],
    edits: input.edits ?? files.flatMap(replacedIn),
    files,
    gates: input.gates ?? [],
    commitMessage: pull.commitMessage,
    trailers: trailersOf(pull.commitMessage),
    ...(pull.mergeCommit !== undefined && { mergeCommit: pull.mergeCommit }),
    ...(comment !== '' && { comment }),
    ...(diagnosis !== undefined && { summary: diagnosis.summary, independentSignals: diagnosis.independentSignals }),
    ...(input.rationale !== undefined && { rationale: input.rationale }),
    ...(proof !== undefined && { proof }),
    ...(undo !== undefined && { undo }),
    ...(input.revertedBy !== undefined && { revertedBy: input.revertedBy }),
    ...(input.chart !== undefined && { chart: { ...input.chart, moments: momentsOf(input) } }),
  }
}

/** Signals that tell the story of a failure: what is drawn, and what it is held against. */
export function chartSignals(failure: Failure): { readonly value: SignalId; readonly threshold?: SignalId } {
  switch (failure) {
    case 'OOMKilled':
    case 'MemoryLeak':
      return { value: 'memory-working-set', threshold: 'memory-limit' }
    case 'CPUThrottling':
      return { value: 'cpu-usage', threshold: 'cpu-limit' }
    case 'CrashLoopBackOff':
    case 'ImagePullBackOff':
    case 'FailedRollout':
    case 'Unschedulable':
      return { value: 'replicas-available', threshold: 'replicas-desired' }
    case 'APIErrors':
      return { value: 'error-ratio' }
    default:
      return { value: 'memory-working-set', threshold: 'memory-limit' }
  }
}

/** A chart of two series. Values of the threshold are looked up by time, so the grids need not be the same. */
export function chartOf(value: Series, threshold: Series | undefined): ChartModel {
  const info = signalInfo(value.signal)
  const at = (index: number): number => {
    if (threshold === undefined) return Number.NaN
    const place = Math.round((value.startMs + index * value.stepMs - threshold.startMs) / threshold.stepMs)
    return threshold.values[place] ?? Number.NaN
  }
  return {
    title: `${formatSubject(value.subject)}: ${info.says}`,
    valueName: info.says,
    unit: info.unit,
    startMs: value.startMs,
    stepMs: value.stepMs,
    values: Array.from(value.values),
    moments: [],
    ...(threshold !== undefined && {
      threshold: Array.from(value.values, (_, index) => at(index)),
      thresholdName: signalInfo(threshold.signal).says,
    }),
  }
}
