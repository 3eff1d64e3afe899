import { afterOutcomes, ruleAfterOutcomes } from '../detection/index.ts'
import {
  type Attempt,
  type Failure,
  type Finding,
  isFailure,
  type Lane,
  type Outcomes,
  type Policy,
  type Subject,
} from '../domain/index.ts'
import type { Note } from '../ports/index.ts'
import { readNote } from '../proposal/index.ts'
import type { Remembered } from './history.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** What is longer ago tells little of models that were fitted since (PROTOCOL 2). */
const COUNTED_MS = 90 * DAY_MS
/** A failure that a rule names so long after the models spoke is what they had seen, or so long before, since an episode has gaps. */
const SAME_TROUBLE = { laterMs: DAY_MS, earlierMs: 6 * HOUR_MS } as const

type PolicyOf = (subject: Subject, failure: Failure) => Promise<Policy | undefined>

/** What came of one incident: of what stood in a lane since a moment. */
type Ended = {
  readonly lane: Lane
  readonly subject: Subject
  readonly failure: Failure
  readonly startMs: number
  readonly outcome: keyof Outcomes
}

/**
 * Adjusts findings by what came of earlier ones of the same failure under the same policy, read from the forge alone. Verified: a fix has helped,
 * for what the models found one of any failure that began about then, or a person has closed the note as completed. Refuted: a person has closed
 * it otherwise, or the proposal unmerged, and no such fix followed. What is open still is neither, and a fix that did not help says nothing of
 * whether there was something to mend.
 */
export async function adjusted(
  findings: readonly Finding[],
  policyOf: PolicyOf,
  remembered: readonly Remembered[],
  clusters: readonly string[],
  nowMs: number,
): Promise<readonly Finding[]> {
  if (findings.length === 0) return findings
  const failures = new Set(findings.map(({ failure }) => failure))
  const ended = endedIn(remembered, clusters, nowMs).filter(({ failure }) => failures.has(failure))
  const counts = await counted(ended, policyOf)
  return Promise.all(
    findings.map(async (finding) => {
      const outcomes = counts.get(keyOf(await policyOf(finding.subject, finding.failure), finding.failure))
      return outcomes === undefined ? finding : after(finding, outcomes)
    }),
  )
}

function after(finding: Finding, outcomes: Outcomes): Finding {
  const { confidence: calibrated, by } = finding
  const confidence = 'rule' in by ? ruleAfterOutcomes(by.rule, outcomes) : afterOutcomes(calibrated, outcomes)
  return confidence === undefined ? finding : { ...finding, confidence, adjusted: { calibrated, ...outcomes } }
}

async function counted(ended: readonly Ended[], policyOf: PolicyOf): Promise<ReadonlyMap<string, Outcomes>> {
  const counts = new Map<string, { verified: number; refuted: number }>()
  for (const { subject, failure, outcome } of ended) {
    const policy = await policyOf(subject, failure)
    if (policy === undefined) continue
    const key = keyOf(policy, failure)
    const outcomes = counts.get(key) ?? { verified: 0, refuted: 0 }
    outcomes[outcome] += 1
    counts.set(key, outcomes)
  }
  return counts
}

/** A policy that was changed is the same one. */
function keyOf(policy: Policy | undefined, failure: Failure): string {
  return policy === undefined ? '' : `${failure} ${policy.name} ${JSON.stringify(policy.origin)}`
}

/** Each incident once, however often something was proposed in it: where one fix helped, it was real. */
function endedIn(remembered: readonly Remembered[], clusters: readonly string[], nowMs: number): readonly Ended[] {
  const attempts = remembered.flatMap((one) => one.attempts)
  const proposed = attempts.flatMap((attempt): Ended[] => {
    const { kind, failure, subject, lane, decidedAtMs, episodeStartMs: startMs } = attempt.record
    const outcome = outcomeOf(attempt)
    const counts = kind === 'fix' && nowMs - decidedAtMs <= COUNTED_MS
    return counts && outcome !== undefined ? [{ lane, subject, failure, startMs, outcome }] : []
  })
  const noted = remembered.flatMap(({ view }) =>
    view.allNotes.flatMap((note): Ended[] => {
      const told = toldIn(note.text, clusters)
      if (told === undefined || nowMs - told.startMs > COUNTED_MS) return []
      if (attempts.some((attempt) => mended(attempt, told))) return [{ ...told, outcome: 'verified' }]
      const outcome = wordOn(note)
      return outcome === undefined ? [] : [{ ...told, outcome }]
    }),
  )
  const incidents = new Map<string, Ended>()
  for (const ended of [...proposed, ...noted]) {
    const key = `${ended.lane}/${ended.failure}/${ended.startMs}`
    if (incidents.get(key)?.outcome !== 'verified') incidents.set(key, ended)
  }
  return [...incidents.values()]
}

/** What a person said in closing a note. Where the forge does not ask, closed means no. */
function wordOn({ closedByPerson, closedAs }: Note): Ended['outcome'] | undefined {
  if (closedByPerson !== true) return undefined
  return closedAs === 'completed' ? 'verified' : 'refuted'
}

function outcomeOf({ pull, conclusion }: Attempt): Ended['outcome'] | undefined {
  if (conclusion?.verdict === 'resolved') return 'verified'
  return pull.state === 'closed' && pull.endedBy === 'person' ? 'refuted' : undefined
}

type Told = Omit<Ended, 'outcome'>

function mended({ record, conclusion }: Attempt, { lane, failure, startMs }: Told): boolean {
  const afterMs = record.episodeStartMs - startMs
  return (
    failure === 'Anomaly' &&
    record.lane === lane &&
    record.kind === 'fix' &&
    record.failure !== 'Anomaly' &&
    conclusion?.verdict === 'resolved' &&
    afterMs >= -SAME_TROUBLE.earlierMs &&
    afterMs <= SAME_TROUBLE.laterMs
  )
}

/** What a note is about. */
function toldIn(text: string, clusters: readonly string[]): Told | undefined {
  const note = readNote(text, clusters)
  if (note === undefined || !note.incident.startsWith(`${note.lane}/`)) return undefined
  const [failure = '', started = '', ...more] = note.incident.slice(note.lane.length + 1).split('/')
  const [subject, startMs] = [subjectOf(note.lane), Date.parse(started)]
  if (subject === undefined || !isFailure(failure) || !Number.isFinite(startMs) || more.length > 0) return undefined
  return { lane: note.lane, subject, failure, startMs }
}

/** `cluster/namespace/kind/name`, where a kind may hold its group. */
function subjectOf(lane: Lane): Subject | undefined {
  const [cluster, namespace, ...rest] = lane.split('/')
  const name = rest.pop()
  const kind = rest.join('/')
  if (cluster === undefined || namespace === undefined || name === undefined || kind === '') return undefined
  return { cluster, namespace, kind, name }
}
