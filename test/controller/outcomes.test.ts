import { describe, expect, it } from 'vitest'
import type { Remembered } from '../../src/controller/history.ts'
import { adjusted } from '../../src/controller/outcomes.ts'
import {
  type Attempt,
  betaMean,
  type Finding,
  laneOf,
  measuredConfidence,
  type Policy,
  type Subject,
  voteShareOf,
} from '../../src/domain/index.ts'
import type { Note } from '../../src/ports/index.ts'
import { noteText } from '../../src/proposal/index.ts'
import { attemptOf, cart, diagnosisOf, HOUR, policyOf, T0 } from '../fakes/incident.ts'
import { templates } from '../proposal/fixtures.ts'

const DAY = 24 * HOUR
const rollout: Subject = { ...cart, kind: 'argoproj.io/Rollout', name: 'web' }
const shop = policyOf({ name: 'shop-anomalies', failure: 'Anomaly' })

function note(
  subject: Subject,
  change: { failure?: 'Anomaly' | 'OOMKilled'; startMs?: number; closed?: boolean } = {},
): Note {
  const { failure = 'Anomaly', startMs = T0, closed = true } = change
  const text = noteText(diagnosisOf({ subject, failure, startMs }), 'notify-only', templates)
  return { text, updatedAtMs: startMs, ...(closed ? { closedByPerson: true } : {}) }
}

function fix(subject: Subject, afterMs: number, verdict: 'resolved' | 'insufficient' = 'resolved'): Attempt {
  const record = { subject, lane: laneOf(subject), episodeStartMs: T0 + afterMs }
  return attemptOf({ pull: { state: 'merged' }, record, conclusion: { verdict, atMs: T0 + afterMs, because: '' } })
}

function finding(subject: Subject): Finding {
  return {
    ...{ subject, failure: 'Anomaly', by: { votes: [], share: voteShareOf(1, 1) }, evidence: [], data: 'complete' },
    ...{ confidence: measuredConfidence(0.62), startMs: T0 + DAY, lastMs: T0 + DAY },
  }
}

/** What came of earlier findings under the policy of cart. */
async function outcomes(
  notes: readonly Note[],
  attempts: readonly Attempt[] = [],
  more: { policyOf?: (subject: Subject) => Promise<Policy | undefined>; nowMs?: number } = {},
) {
  const { policyOf: decides = async () => shop, nowMs = T0 + 2 * DAY } = more
  // Of what is remembered only notes and attempts are read.
  const remembered = [{ view: { allNotes: notes }, attempts }] as unknown as readonly Remembered[]
  const [one] = await adjusted([finding(cart)], decides, remembered, ['demo'], nowMs)
  return one
}

describe('what came of earlier findings of the models', () => {
  it('changes nothing where nothing came of any', async () => {
    expect(await outcomes([])).toEqual(finding(cart))
    expect(await outcomes([note(cart, { closed: false })], [fix(rollout, HOUR)])).toEqual(finding(cart))
  })

  it('is counted over every workload of the policy', async () => {
    const notes = [note(cart), note(rollout, { closed: false }), note({ ...cart, name: 'api' }, { closed: false })]
    const found = await outcomes(notes, [fix(rollout, HOUR)])
    expect(found?.adjusted).toEqual({ calibrated: 0.62, verified: 1, refuted: 1 })
    expect(found?.confidence).toBeCloseTo((6.2 + 1) / 12, 12)
  })

  it.each([
    ['a note that a person has closed', [note(cart)], [], { verified: 0, refuted: 1 }],
    ['one closed as not planned', [{ ...note(cart), closedAs: 'not-planned' }], [], { verified: 0, refuted: 1 }],
    ['one closed as completed', [{ ...note(cart), closedAs: 'completed' }], [], { verified: 1, refuted: 0 }],
    ['a fix within a day', [note(cart, { closed: false })], [fix(cart, 23 * HOUR)], { verified: 1, refuted: 0 }],
    [
      'a fix of what had begun before',
      [note(cart, { closed: false })],
      [fix(cart, -5 * HOUR)],
      { verified: 1, refuted: 0 },
    ],
    ['a fix after the note was closed', [note(cart)], [fix(cart, HOUR)], { verified: 1, refuted: 0 }],
    ['a fix that did not help', [note(cart)], [fix(cart, HOUR, 'insufficient')], { verified: 0, refuted: 1 }],
    ['a fix two days later', [note(cart)], [fix(cart, 48 * HOUR)], { verified: 0, refuted: 1 }],
    ['a fix of another workload', [note(cart)], [fix(rollout, HOUR)], { verified: 0, refuted: 1 }],
    [
      'a proposal for an anomaly, closed unmerged',
      [],
      [attemptOf({ pull: { state: 'closed', endedBy: 'person' }, record: { failure: 'Anomaly' } })],
      { verified: 0, refuted: 1 },
    ],
    [
      'a proposal for an anomaly that helped',
      [],
      [
        attemptOf({
          ...{ pull: { state: 'merged' }, record: { failure: 'Anomaly' } },
          conclusion: { verdict: 'resolved', atMs: T0, because: '' },
        }),
      ],
      { verified: 1, refuted: 0 },
    ],
  ] satisfies readonly [string, Note[], Attempt[], object][])('is told by %s', async (_, notes, attempts, expected) => {
    expect((await outcomes(notes, attempts))?.adjusted).toMatchObject(expected)
  })

  it.each([
    ['a note on what a rule named', [note(cart, { failure: 'OOMKilled' })], {}],
    ['a note of a quarter of a year ago', [note(cart)], { nowMs: T0 + 91 * DAY }],
    ['a note that is none of ours', [{ text: 'Anomaly', updatedAtMs: T0, closedByPerson: true as const }], {}],
    ['workloads that no policy covers', [note(cart)], { policyOf: async () => undefined }],
  ])('is not told by %s', async (_, notes, more) => {
    expect(await outcomes(notes, [], more)).toEqual(finding(cart))
  })

  it('is that of the same policy alone', async () => {
    const other = policyOf({ ...shop, name: 'others' })
    const decides = async ({ name }: Subject) => (name === 'cart' ? shop : other)
    expect(await outcomes([note(rollout)], [], { policyOf: decides })).toEqual(finding(cart))
    const edited = async ({ name }: Subject) => (name === 'cart' ? shop : { ...shop, digest: 'e'.repeat(64) })
    expect((await outcomes([note(rollout)], [], { policyOf: edited }))?.adjusted).toMatchObject({ refuted: 1 })
  })
})

describe('what came of earlier findings of a rule', () => {
  const memory = policyOf({ name: 'shop-memory', failure: 'OOMKilled' })
  const killed = (subject: Subject): Finding => ({
    ...{ subject, failure: 'OOMKilled', by: { rule: 'oom-killed' }, evidence: [], data: 'complete' },
    ...{ confidence: betaMean(19, 1), startMs: T0 + DAY, lastMs: T0 + DAY },
  })
  const closed = (subject: Subject, afterMs: number): Attempt => {
    const record = { subject, lane: laneOf(subject), failure: 'OOMKilled' as const, episodeStartMs: T0 + afterMs }
    return attemptOf({ pull: { state: 'closed', endedBy: 'person' }, record })
  }
  async function adjustedBy(
    attempts: readonly Attempt[],
    notes: readonly Note[] = [],
    decides: Policy | undefined = memory,
  ) {
    const remembered = [{ view: { allNotes: notes }, attempts }] as unknown as readonly Remembered[]
    const [one] = await adjusted([killed(cart)], async () => decides, remembered, ['demo'], T0 + 2 * DAY)
    return one
  }

  it('moves its published prior by each proposal that was closed unmerged, and by each fix that helped', async () => {
    expect(await adjustedBy([])).toEqual(killed(cart))
    const refuted = await adjustedBy([closed(cart, HOUR), closed(rollout, HOUR)])
    expect(refuted?.confidence).toBeCloseTo(19 / 22)
    expect(refuted?.adjusted).toEqual({ calibrated: betaMean(19, 1), verified: 0, refuted: 2 })
    const verified = await adjustedBy([fix(cart, HOUR)])
    expect(verified?.confidence).toBeCloseTo(20 / 21)
  })

  it('counts each incident once: real where one of its fixes helped', async () => {
    const again = await adjustedBy([closed(cart, HOUR), fix(cart, HOUR), closed(rollout, HOUR), closed(rollout, HOUR)])
    expect(again?.adjusted).toMatchObject({ verified: 1, refuted: 1 })
  })

  it('counts what a person said of a note on such a failure, and nothing of another failure', async () => {
    const said = await adjustedBy([], [note(cart, { failure: 'OOMKilled' }), note(rollout, { failure: 'Anomaly' })])
    expect(said?.adjusted).toMatchObject({ verified: 0, refuted: 1 })
  })

  it('says nothing of a fix that did not help, of what is open, and where no policy covers it', async () => {
    const open = attemptOf({ pull: { state: 'open' }, record: { subject: cart, lane: laneOf(cart) } })
    expect(await adjustedBy([fix(cart, HOUR, 'insufficient'), open])).toEqual(killed(cart))
    expect(await adjusted([killed(cart)], async () => undefined, [], ['demo'], T0)).toEqual([killed(cart)])
  })

  it('is found by no policy of another failure', async () => {
    const remembered = [{ view: { allNotes: [] }, attempts: [closed(cart, HOUR)] }] as unknown as readonly Remembered[]
    const asked: string[] = []
    const decides = async (_: Subject, failure: string) => {
      asked.push(failure)
      return memory
    }
    await adjusted([killed(cart)], decides, remembered, ['demo'], T0 + 2 * DAY)
    expect(new Set(asked)).toEqual(new Set(['OOMKilled']))
  })
})
