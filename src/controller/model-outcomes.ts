import { afterOutcomes } from '../detection/index.ts'
import type { Attempt, Finding, Lane, Outcomes, Policy, Subject } from '../domain/index.ts'
import type { Note } from '../ports/index.ts'
import { readNote } from '../proposal/index.ts'
import type { Remembered } from './history.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** What is longer ago tells little of models that were fitted since (PROTOCOL 2). */
const COUNTED_MS = 90 * DAY_MS
/** A failure that a rule names so long after the models spoke is what they had seen, or so long before, since an episode has gaps. */
const SAME_TROUBLE = { laterMs: DAY_MS, earlierMs: 6 * HOUR_MS } as const

type PolicyOf = (subject: Subject) => Promise<Policy | undefined>

type Ended = { readonly subject: Subject; readonly outcome: keyof Outcomes }

/**
 * Adjusts the findings of the models by what came of earlier ones under the same policy, read from the forge alone. Verified: a fix that began
 * about then has helped, or a person has closed the note as completed. Refuted: a person has closed it otherwise, or the proposal unmerged, and
 * no such fix followed. What is open still is neither.
 */
export async function adjusted(
  findings: readonly Finding[],
  policyOf: PolicyOf,
  remembered: readonly Remembered[],
  clusters: readonly string[],
  nowMs: number,
): Promise<readonly Finding[]> {
  if (findings.length === 0) return findings
  const byPolicy = await counted(endedIn(remembered, clusters, nowMs), policyOf)
  return Promise.all(
    findings.map(async (finding) => {
      const outcomes = byPolicy.get(keyOf(await policyOf(finding.subject)))
      if (outcomes === undefined) return finding
      const { confidence: calibrated } = finding
      return { ...finding, confidence: afterOutcomes(calibrated, outcomes), adjusted: { calibrated, ...outcomes } }
    }),
  )
}

async function counted(ended: readonly Ended[], policyOf: PolicyOf): Promise<ReadonlyMap<string, Outcomes>> {
  const byPolicy = new Map<string, { verified: number; refuted: number }>()
  for (const { subject, outcome } of ended) {
    const policy = await policyOf(subject)
    if (policy === undefined) continue
    const outcomes = byPolicy.get(keyOf(policy)) ?? { verified: 0, refuted: 0 }
    outcomes[outcome] += 1
    byPolicy.set(keyOf(policy), outcomes)
  }
  return byPolicy
}

/** A policy that was changed is the same one. */
function keyOf(policy: Policy | undefined): string {
  return policy === undefined ? '' : `${policy.name} ${JSON.stringify(policy.origin)}`
}

function endedIn(remembered: readonly Remembered[], clusters: readonly string[], nowMs: number): readonly Ended[] {
  const attempts = remembered.flatMap((one) => one.attempts)
  const proposed = attempts.flatMap((attempt): Ended[] => {
    const { kind, failure, subject, decidedAtMs } = attempt.record
    const outcome = outcomeOf(attempt)
    const counts = kind === 'fix' && failure === 'Anomaly' && nowMs - decidedAtMs <= COUNTED_MS
    return counts && outcome !== undefined ? [{ subject, outcome }] : []
  })
  const noted = remembered.flatMap(({ view }) =>
    view.allNotes.flatMap((note): Ended[] => {
      const told = anomalyIn(note.text, clusters)
      if (told === undefined || nowMs - told.startMs > COUNTED_MS) return []
      if (attempts.some((attempt) => mended(attempt, told))) return [{ subject: told.subject, outcome: 'verified' }]
      const outcome = wordOn(note)
      return outcome === undefined ? [] : [{ subject: told.subject, outcome }]
    }),
  )
  return [...proposed, ...noted]
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

type Told = { readonly lane: Lane; readonly subject: Subject; readonly startMs: number }

function mended({ record, conclusion }: Attempt, { lane, startMs }: Told): boolean {
  const afterMs = record.episodeStartMs - startMs
  return (
    record.lane === lane &&
    record.kind === 'fix' &&
    record.failure !== 'Anomaly' &&
    conclusion?.verdict === 'resolved' &&
    afterMs >= -SAME_TROUBLE.earlierMs &&
    afterMs <= SAME_TROUBLE.laterMs
  )
}

/** What the models had found, where a note is about that. */
function anomalyIn(text: string, clusters: readonly string[]): Told | undefined {
  const note = readNote(text, clusters)
  const said = note?.incident.startsWith(`${note.lane}/Anomaly/`) ? note : undefined
  const subject = said && subjectOf(said.lane)
  if (said === undefined || subject === undefined) return undefined
  const startMs = Date.parse(said.incident.slice(`${said.lane}/Anomaly/`.length))
  return Number.isFinite(startMs) ? { lane: said.lane, subject, startMs } : undefined
}

/** `cluster/namespace/kind/name`, where a kind may hold its group. */
function subjectOf(lane: Lane): Subject | undefined {
  const [cluster, namespace, ...rest] = lane.split('/')
  const name = rest.pop()
  const kind = rest.join('/')
  if (cluster === undefined || namespace === undefined || name === undefined || kind === '') return undefined
  return { cluster, namespace, kind, name }
}
