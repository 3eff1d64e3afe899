import {
  type AttemptRecord,
  type Conclusion,
  type Diagnosis,
  type Evidence,
  formatInstant,
  formatSubject,
  isJsonObject,
  isReason,
  type Lane,
  laneOf,
  type Reason,
  reasonInfo,
} from '../domain/index.ts'
import { blockDigest, blockJson, findBlock, hiddenBlock, parseBlock } from './block.ts'
import { hideCluster, revealLane } from './hidden-cluster.ts'
import { incidentId } from './identity.ts'
import { evidenceTable } from './sections.ts'
import { fill, type Templates } from './template.ts'
import { code, fixed, type Markdown, md, prose } from './text.ts'
import { confidenceWords, ended, sentence } from './words.ts'

const VERDICTS: readonly Conclusion['verdict'][] = [
  'resolved',
  'insufficient',
  'harmful',
  'indeterminate',
  'superseded',
  'no-longer-needed',
  'conflict',
]
const MAX_BECAUSE = 500
/** Longer than any name that Kubernetes allows for a lane or an incident. */
const MAX_NAME = 1500

/** Binds a conclusion to one attempt, so that a comment copied from another pull request says nothing. */
function attemptKey(record: AttemptRecord): string {
  return blockDigest(blockJson(record))
}

/** A revert mends nothing: it ends what the change did, and the failure that the change was to mend may be back. */
const OF_REVERTS: Partial<Record<Conclusion['verdict'], string>> = {
  resolved: 'taken_back',
  insufficient: 'still_harmed',
}

const SECTIONS = [...VERDICTS.map(wordOf), ...Object.values(OF_REVERTS)]

function wordOf(verdict: string): string {
  return verdict.replaceAll('-', '_')
}

function sectionOf(verdict: Conclusion['verdict'], { kind }: AttemptRecord): string {
  return (kind === 'revert' ? OF_REVERTS[verdict] : undefined) ?? wordOf(verdict)
}

function flag(on: boolean): Markdown {
  return fixed(on ? 'yes' : '')
}

/** The living comment of an ended attempt, with the conclusion in a hidden block that `readAttempt` reads. */
export function conclusionText(
  conclusion: Conclusion,
  record: AttemptRecord,
  templates: Templates,
  evidence: readonly Evidence[] = [],
): string {
  const stored: Conclusion = { ...conclusion, because: conclusion.because.slice(0, MAX_BECAUSE) }
  const shown = sectionOf(stored.verdict, record)
  const sections = SECTIONS.map((section) => [section, flag(section === shown)])
  return fill<Markdown>(templates.verdict, {
    ...Object.fromEntries(sections),
    failure: fixed(record.failure),
    subject: code(formatSubject(record.subject)),
    because: prose(ended(sentence(stored.because)), MAX_BECAUSE),
    at: fixed(formatInstant(stored.atMs)),
    revertsItself: flag(record.verify.onHarm === 'revert' && record.kind === 'fix'),
    evidence: evidence.length === 0 ? fixed('') : evidenceTable(evidence),
    block: fixed(hiddenBlock('conclusion', blockJson({ attempt: attemptKey(record), ...stored }))),
  })
}

/** The text with which an open proposal is closed. Holds a conclusion where the reason is one. */
export function withdrawText(record: AttemptRecord, reason: Reason, atMs: number, templates: Templates): string {
  const verdict = VERDICTS.find((one) => one === reason)
  if (verdict === undefined) return statusText(reason, undefined, templates)
  return conclusionText({ verdict, atMs, because: reasonInfo(reason).means }, record, templates)
}

/** What the bot waits for or will not do, and what a person can do about it. */
export function statusText(reason: Reason, message: string | undefined, templates: Templates): string {
  const info = reasonInfo(reason)
  return fill<Markdown>(templates.status, {
    reason: code(reason),
    means: fixed(info.means),
    next: fixed(info.next),
    message: message === undefined ? fixed('') : prose(sentence(message), 500),
  })
}

export type NoteOptions = {
  /** What exactly stood in the way. */
  readonly message?: string
  /** `public` leaves the cluster's name out; `private` where nothing is said. */
  readonly audience?: 'private' | 'public'
  /** Whether a person can close it, and say why. */
  readonly closable?: boolean
  /** What somebody says on whom nobody acts, in fixed words and numbers. */
  readonly opinion?: string
}

function noteKey({ subject, failure, startMs }: Diagnosis, reason: Reason, { audience }: NoteOptions): NoteKey {
  const lane = laneOf(subject)
  const incident = incidentId(lane, failure, startMs)
  const shown = (text: string): string => (audience === 'public' ? hideCluster(text, subject.cluster, lane) : text)
  return { lane: shown(lane).slice(0, MAX_NAME), incident: shown(incident).slice(-MAX_NAME), reason }
}

/** The living note of a lane that gets no proposal: what was seen, and why nothing is changed. */
export function noteText(
  diagnosis: Diagnosis,
  reason: Reason,
  templates: Templates,
  options: NoteOptions = {},
): string {
  const info = reasonInfo(reason)
  return fill<Markdown>(templates.note, {
    failure: fixed(diagnosis.failure),
    subject: code(formatSubject(diagnosis.subject)),
    summary: prose(sentence(diagnosis.summary), 400),
    confidence: fixed(confidenceWords(diagnosis)),
    since: fixed(formatInstant(diagnosis.startMs)),
    evidence: evidenceTable(diagnosis.evidence),
    reason: code(reason),
    means: fixed(info.means),
    next: fixed(info.next),
    message: options.message === undefined ? fixed('') : prose(ended(sentence(options.message)), 500),
    opinion: options.opinion === undefined ? fixed('') : prose(ended(options.opinion), 300),
    closing: flag(options.closable === true && diagnosis.failure === 'Anomaly'),
    cluster: options.audience === 'public' ? fixed('') : md`Cluster ${code(diagnosis.subject.cluster, 80)}.`,
    block: fixed(hiddenBlock('note', blockJson(noteKey(diagnosis, reason, options)))),
  })
}

/** What a living note is about. Two notes with the same key say the same, whatever the numbers of the moment are. */
export type NoteKey = { readonly lane: Lane; readonly incident: string; readonly reason: Reason }

/**
 * What a note is about; undefined when it is no note of ours. Holding an unchanged key means that nothing has to be written. Names of
 * clusters that a public repository does not hold are found again among `clusters`.
 */
export function readNote(
  text: string,
  clusters: readonly string[] = [],
): { readonly lane: string; readonly incident: string; readonly reason: Reason } | undefined {
  const block = findBlock('note', text)
  const key = block.found === 'one' ? parseBlock(block.json) : undefined
  if (key === undefined) return undefined
  const lane = key['lane']
  const incident = key['incident']
  const reason = key['reason']
  if (typeof lane !== 'string' || typeof incident !== 'string') return undefined
  if (typeof reason !== 'string' || !isReason(reason)) return undefined
  const known = revealLane(lane, clusters)
  const same = incident.startsWith(`${lane}/`)
  return { lane: known, incident: same ? `${known}${incident.slice(lane.length)}` : incident, reason }
}

/** Why a lane that asked for a change gets none: a note where something was diagnosed, a bare status otherwise. */
export function refusalText(
  diagnosis: Diagnosis | undefined,
  reason: Reason,
  message: string | undefined,
  templates: Templates,
  options: Omit<NoteOptions, 'message'> = {},
): string {
  if (diagnosis === undefined) return statusText(reason, message, templates)
  return noteText(diagnosis, reason, templates, { ...options, ...(message === undefined ? {} : { message }) })
}

/**
 * Whether two notes say the same thing, whatever the numbers of the moment are: then the one that is there stays as it is.
 * With `startMoves` the episode is as old as what is read: its start is only where reading begins, and tells nothing apart.
 */
export function sameNote(a: string, b: string, startMoves = false): boolean {
  const [one, other] = [readNote(a), readNote(b)]
  if (one === undefined || other === undefined) return a === b
  if (one.lane !== other.lane || one.reason !== other.reason) return false
  return one.incident === other.incident || (startMoves && withoutStart(one.incident) === withoutStart(other.incident))
}

/** Lane and failure of an incident's id. */
function withoutStart(incident: string): string {
  return incident.slice(0, incident.lastIndexOf('/'))
}

/** Whether a date can be made of it: 1e999 is a number in JSON. */
function isMoment(atMs: number): boolean {
  return Math.abs(atMs) <= 8.64e15
}

/** The conclusion that a living comment holds for this attempt. `broken` when a block is there that was not written for it. */
export function readConclusion(comment: string, record: AttemptRecord): Conclusion | 'none' | 'broken' {
  const block = findBlock('conclusion', comment)
  if (block.found === 'none') return 'none'
  const held = block.found === 'one' ? parseBlock(block.json) : undefined
  if (!isJsonObject(held) || held['attempt'] !== attemptKey(record)) return 'broken'
  const verdict = VERDICTS.find((one) => one === held['verdict'])
  const { atMs, because } = held
  if (verdict === undefined || typeof atMs !== 'number' || !isMoment(atMs) || typeof because !== 'string')
    return 'broken'
  return { verdict, atMs, because }
}
