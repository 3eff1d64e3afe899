import type { Done, LaneReport, TickReport } from '../controller/index.ts'
import { describeStep } from '../controller/index.ts'
import { type Adjusted, type Edit, formatInstant, formatSubject, type Proof, reasonInfo } from '../domain/index.ts'
import { confidenceWords } from '../proposal/index.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'

/** What `run` and `plan` print of one lane with --json. Keys are added, never renamed, within one schemaVersion. */
export type LaneDocument = {
  readonly lane: string
  readonly subject: string
  readonly failure?: string
  readonly summary?: string
  readonly confidence?: number
  /** What it was before outcomes of earlier findings changed it, and those. */
  readonly adjusted?: Adjusted
  readonly step: string
  /** Its pull request, where one was open when it was looked at. */
  readonly pull?: { readonly number: number; readonly url: string }
  readonly done: Done
  readonly change?: {
    readonly title: string
    readonly branch: string
    readonly base: { readonly branch: string; readonly revision: string }
    readonly mode: string
    readonly policy: string
    readonly edits: readonly Edit[]
    readonly proof: Pick<Proof, 'rendered' | 'isolation' | 'changes' | 'alsoReadBy' | 'tools'>
    readonly body: string
    readonly commitMessage: string
  }
}

export type TickDocument = {
  readonly at: string
  readonly lanes: readonly LaneDocument[]
  readonly unknown: readonly {
    readonly signal: string
    readonly subject?: string
    readonly why: string
    readonly problem?: string
  }[]
  readonly quiet: readonly string[]
  /** What the models found and is not told, and why. */
  readonly silenced: readonly { readonly subject: string; readonly reason: string; readonly message: string }[]
  readonly problems: readonly string[]
  readonly failed: readonly { readonly lane: string; readonly code: string; readonly message: string }[]
  readonly unreachable: TickReport['unreachable']
  readonly answered: TickReport['answered']
  readonly kept: TickReport['kept']
  readonly audit?: TickReport['audit']
}

export function tickDocument(report: TickReport): TickDocument {
  return {
    at: formatInstant(report.atMs),
    lanes: report.lanes.map(laneDocument),
    unknown: report.unknown.map(({ signal, subject, why, problem }) => ({
      signal,
      why,
      ...(subject === undefined ? {} : { subject: formatSubject(subject) }),
      ...(problem === undefined ? {} : { problem }),
    })),
    quiet: report.quiet,
    silenced: report.silenced.map(({ subject, reason, message }) => ({
      subject: formatSubject(subject),
      reason,
      message,
    })),
    problems: report.problems,
    failed: report.failed.map(({ lane, error }) => ({ lane, code: error.code, message: error.message })),
    unreachable: report.unreachable,
    answered: report.answered,
    kept: report.kept,
    ...(report.audit && { audit: report.audit }),
  }
}

function laneDocument(lane: LaneReport): LaneDocument {
  const { diagnosis, prepared } = lane
  return {
    lane: lane.lane,
    subject: formatSubject(diagnosis?.subject ?? lane.subject),
    ...(diagnosis && { failure: diagnosis.failure, summary: diagnosis.summary, confidence: diagnosis.confidence }),
    ...(diagnosis?.adjusted && { adjusted: diagnosis.adjusted }),
    step: lane.step.do,
    ...(lane.pull && { pull: lane.pull }),
    done: lane.done,
    ...(prepared.ready === 'proposal' && { change: changeDocument(prepared.proposal) }),
  }
}

function changeDocument(
  proposal: Extract<LaneReport['prepared'], { ready: 'proposal' }>['proposal'],
): NonNullable<LaneDocument['change']> {
  const { title, branch, base, edits, proof, body, commitMessage, record } = proposal
  const { rendered, isolation, changes, alsoReadBy, tools } = proof
  const shown = { rendered, isolation, changes, alsoReadBy, tools }
  return {
    title,
    branch,
    base,
    mode: record.mode,
    policy: record.policy.name,
    edits,
    proof: shown,
    body,
    commitMessage,
  }
}

/** The same for people: a line per lane, and under it what is changed where, or why nothing is. */
export function printTick(report: TickReport, terminal: Terminal): void {
  for (const lane of report.lanes) printLane(lane, terminal)
  for (const { repository, reason, message } of report.unreachable)
    terminal.note(styled('yellow', `${repository}: ${reason}: ${message}`))
  for (const { by, command, pull, accepted } of report.answered)
    terminal.note(
      styled(
        'dim',
        `${by} asked for ${command === 'unknown' ? 'something that is no command' : command} on #${pull}: ${accepted ? 'done' : 'not done'}`,
      ),
    )
  for (const one of report.kept) terminal.note(styled('dim', `${one.repository}: ${sayKept(one)}`))
  for (const problem of report.problems) terminal.note(styled('yellow', `not read: ${problem}`))
  for (const { signal, subject, why, problem } of report.unknown) {
    const about = subject === undefined ? 'every workload' : formatSubject(subject)
    terminal.note(
      styled('dim', `unknown: ${signal} of ${about}: ${why}${problem === undefined ? '' : ` (${problem})`}`),
    )
  }
  for (const { subject, reason, message } of report.silenced)
    terminal.note(styled('dim', `not told: an anomaly of ${formatSubject(subject)}: ${reason}: ${message}`))
  terminal.line(styled('dim', sayQuiet(report)))
}

function sayKept(one: TickReport['kept'][number]): string {
  switch (one.kept) {
    case 'offered':
      return `settings offered as #${one.pull} ${one.url}`
    case 'refused':
      return `settings not offered: ${one.reason}. ${one.message}`
    case 'dashboard':
      return 'dashboard written'
    case 'swept':
      return `branches deleted: ${one.branches.join(', ')}`
    case 'failed':
      return one.message
    default:
      return one satisfies never
  }
}

function sayQuiet({ lanes, quiet }: TickReport): string {
  const workloads = (count: number) => `${count} ${count === 1 ? 'workload' : 'workloads'}`
  if (lanes.length === 0) return `${workloads(quiet.length)} looked at, nothing found`
  return `${workloads(lanes.length + quiet.length)} looked at, nothing found in ${quiet.length}`
}

function printLane(lane: LaneReport, terminal: Terminal): void {
  const { diagnosis, prepared, done } = lane
  const what = diagnosis === undefined ? describeStep(lane.step) : `${diagnosis.failure}: ${diagnosis.summary}`
  terminal.line(styled('bold', formatSubject(diagnosis?.subject ?? lane.subject)), `  ${what}`)
  if (diagnosis?.adjusted !== undefined) terminal.line(styled('dim', `  confidence ${confidenceWords(diagnosis)}`))
  if (prepared.ready === 'proposal') {
    terminal.line(`  ${prepared.proposal.title}`)
    for (const edit of prepared.proposal.edits) {
      terminal.line(
        '  ',
        styled('cyan', `${edit.file}:${edit.line}:${edit.column}`),
        `  ${edit.before} -> ${edit.after}`,
      )
    }
  }
  // A step that names its pull request says so itself; one that is only held does not.
  const held =
    done.done === 'held' && lane.pull !== undefined ? `#${lane.pull.number} is open${pageOf(lane.pull)}; ` : ''
  const branch = prepared.ready === 'proposal' ? prepared.proposal.branch : undefined
  terminal.line(styled('dim', `  ${held}${sayDone(done, branch)}`))
}

/** A pull request of a local repository has no page. */
function pageOf({ url }: { readonly url: string }): string {
  return url.startsWith('file:') ? '' : `, ${url}`
}

/** A pull request of a local repository has no page: its branch is where a person looks. */
function placeOf({ url }: { readonly url: string }, branch: string | undefined): string {
  return url.startsWith('file:') && branch !== undefined ? `on branch ${branch}` : url
}

/** What came of it, in one line. */
function sayDone(done: Done, branch: string | undefined): string {
  switch (done.done) {
    case 'nothing':
      return 'nothing to do'
    case 'held':
    case 'noted':
      return `${done.done === 'held' ? 'held' : 'noted'}: ${done.reason}. ${done.message ?? reasonInfo(done.reason).means}`
    case 'opened':
      return `opened #${done.pull} ${placeOf(done, branch)}`
    case 'refreshed':
      return `recomputed #${done.pull} ${placeOf(done, branch)}`
    case 'reverted':
      return `opened the revert #${done.pull} ${placeOf(done, branch)}`
    case 'merged':
      return `merged #${done.pull} as ${done.commit.slice(0, 12)}`
    case 'armed':
      return `#${done.pull} is merged by the forge once its checks are green`
    case 'queued':
      return `#${done.pull} is in the merge queue`
    case 'dequeued':
      return `#${done.pull} was taken out of the merge queue: ${done.reason}`
    case 'disarmed':
      return `#${done.pull} is not merged by the forge any more: ${done.reason}`
    case 'concluded':
    case 'escalated':
      return `#${done.pull}: ${done.conclusion.verdict}. ${done.conclusion.because}`
    case 'closed':
      return `closed #${done.pull}: ${done.reason}`
    case 'would':
      return `would ${done.what}`
    default:
      return done satisfies never
  }
}
