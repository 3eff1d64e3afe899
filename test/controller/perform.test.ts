import { beforeAll, describe, expect, it } from 'vitest'
import type { LaneView, Tick } from '../../src/controller/lane.ts'
import type { Step } from '../../src/controller/next-step.ts'
import { type Done, perform } from '../../src/controller/perform.ts'
import type { Prepared } from '../../src/controller/prepare.ts'
import type { Conclusion, Proposal, Reason } from '../../src/domain/index.ts'
import type { Forge, MergeResult, Note, OpenResult } from '../../src/ports/index.ts'
import { noteText } from '../../src/proposal/index.ts'
import { actOn, attemptOf, diagnosisOf, pullOf, recordOf, T0 } from '../fakes/incident.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { memoryForge } from '../fakes/memory-forge.ts'
import { tickOf, viewOf } from '../fakes/tick.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

let tick: Tick
beforeAll(async () => {
  tick = await tickOf(await Walk.begin(shopOf({ only: ['cart'] })))
})

type Answers = { readonly open?: OpenResult; readonly merge?: MergeResult }
const OPENED: OpenResult = { result: 'opened', pull: pullOf({ number: 7 }) }

/** A forge that only writes down what it is asked to write. */
function recording({ open = OPENED, merge = { result: 'merged', commit: 'e'.repeat(40) } }: Answers = {}) {
  const written: string[] = []
  const said: string[] = []
  const note = async <Answer>(what: string, answer: Answer): Promise<Answer> => {
    written.push(what)
    return answer
  }
  const forge: Forge = {
    ...memoryForge({ url: 'https://git.example/a.git', branchPrefix: 'kintsugi', clock: manualClock(T0) }),
    open: () => note('open', open),
    refresh: () => note('refresh', open),
    revert: () => note('revert', open),
    merge: (_pull, sha) => note(`merge ${sha.slice(0, 4)}`, merge),
    check: () => note('check', undefined),
    conclude: (pull, { verdict }) => note(`conclude #${pull} ${verdict}`, undefined),
    close: (pull, reason) => note(`close #${pull} ${reason}`, undefined),
    say: (_place, text) => {
      said.push(text)
      return note('say', undefined)
    },
  }
  return { forge, written, said }
}

const proposal: Proposal = {
  branch: 'kintsugi/x',
  base: { branch: 'main', revision: 'a'.repeat(40) },
  title: 't',
  body: 'b',
  commitMessage: 'm',
  labels: [],
  files: [],
  edits: [],
  proof: { rendered: true, isolation: 'none', changes: [], alsoReadBy: [], tools: [], inputs: {} },
  record: recordOf(),
}

async function performed(step: Step, answers: Answers = {}, view: Partial<LaneView> = {}, prepared?: Prepared) {
  const { forge, written, said } = recording(answers)
  const own: Tick = { ...tick, deps: { ...tick.deps, repositories: [{ urls: [], forge }] } }
  const ready: Prepared = prepared ?? { ready: 'proposal', proposal, forge }
  const done: Done = await perform(own, viewOf(view), step, ready)
  return { done, written, said }
}

const attempt = attemptOf({ pull: { state: 'merged' } })
const conclusion: Conclusion = { verdict: 'indeterminate', atMs: T0, because: 'no sync' }
const diagnosis = diagnosisOf()
const revert: Step = { do: 'revert', attempt, because: 'pods cannot be placed', harm: [], evidence: [] }
const refusedOpen: OpenResult = { result: 'refused', reason: 'branch-taken', message: 'foreign commits' }

const writes: readonly [string, Step, Answers, readonly string[], Partial<Done>][] = [
  ['opens a proposal', { do: 'propose', diagnosis, decision: actOn() }, {}, ['open'], { done: 'opened', pull: 7 }],
  ['opens the next step', { do: 'step-on', diagnosis, decision: actOn(), after: 1 }, {}, ['open'], { done: 'opened' }],
  [
    'holds where the forge refuses',
    { do: 'propose', diagnosis, decision: actOn() },
    { open: refusedOpen },
    ['open'],
    { done: 'held', reason: 'branch-taken' },
  ],
  ['puts a recomputed proposal in place', { do: 'refresh', attempt }, {}, ['refresh'], { done: 'refreshed' }],
  [
    'shows the gates before it merges the head that they were judged on',
    { do: 'merge', attempt, gates: [] },
    {},
    ['check', 'merge cccc'],
    { done: 'merged' },
  ],
  [
    'holds while the forge waits',
    { do: 'merge', attempt, gates: [] },
    { merge: { result: 'waiting', by: 'awaiting-approval' } },
    ['check', 'merge cccc'],
    { done: 'held', reason: 'awaiting-approval' },
  ],
  [
    'holds where the base has moved under the merge',
    { do: 'merge', attempt, gates: [] },
    { merge: { result: 'recompute', reason: 'base-moved' } },
    ['check', 'merge cccc'],
    { done: 'held', reason: 'base-moved' },
  ],
  ['concludes', { do: 'conclude', attempt, conclusion }, {}, ['conclude #1 indeterminate'], { done: 'concluded' }],
  [
    'says why people are asked before it concludes',
    { do: 'escalate', attempt, reason: 'sync-timeout', conclusion },
    {},
    ['say', 'conclude #1 indeterminate'],
    { done: 'escalated' },
  ],
  [
    'closes',
    { do: 'close', attempt, reason: 'no-longer-needed' },
    {},
    ['close #1 no-longer-needed'],
    { done: 'closed' },
  ],
  [
    'opens the revert first, and the verdict comes after it',
    revert,
    {},
    ['revert', 'conclude #1 harmful'],
    { done: 'reverted', pull: 7 },
  ],
  [
    'gives no verdict where the revert is refused, so that it is tried again',
    revert,
    { open: refusedOpen },
    ['revert', 'say'],
    { done: 'noted', reason: 'branch-taken' },
  ],
  ['writes nothing to hold', { do: 'hold', reason: 'cooldown' }, {}, [], { done: 'held', reason: 'cooldown' }],
  [
    'writes nothing to wait for a sync',
    { do: 'await-sync', attempt, untilMs: T0 },
    {},
    [],
    { done: 'held', reason: 'awaiting-sync' },
  ],
  ['writes nothing to watch', { do: 'verify', attempt, untilMs: T0 }, {}, [], { done: 'held', reason: 'verifying' }],
  ['writes nothing where there is nothing to do', { do: 'nothing' }, {}, [], { done: 'nothing' }],
]

describe('perform', () => {
  it.each(writes)('%s', async (_name, step, answers, expected, outcome) => {
    const { done, written } = await performed(step, answers)
    expect(done).toMatchObject(outcome)
    expect(written).toEqual(expected)
  })

  it('holds where no repository is known to write to', async () => {
    const own: Tick = { ...tick, deps: { ...tick.deps, repositories: [] } }
    const step: Step = { do: 'conclude', attempt, conclusion }
    expect(await perform(own, viewOf(), step, { ready: 'nothing' })).toEqual({ done: 'held', reason: 'not-bound' })
  })
})

describe('the living note', () => {
  const notify: Step = { do: 'notify', reason: 'no-policy', diagnosis }
  const noteOf = (reason: Reason, change = {}): Note => ({
    text: noteText({ ...diagnosis, ...change }, reason, tick.deps.templates),
    updatedAtMs: T0,
  })
  const over = (note: Note) => ({ seen: { diagnosis }, history: { attempts: [], elsewhere: [], all: [], note } })

  it('is written where there is none', async () => {
    expect((await performed(notify, {}, { seen: { diagnosis } })).written).toEqual(['say'])
  })

  it('is not written again for the same incident and reason, whatever its figures are now', async () => {
    const { written, done } = await performed(
      notify,
      {},
      over(noteOf('no-policy', { lastMs: T0 + 999_000, summary: 'as it was' })),
    )
    expect(written).toEqual([])
    expect(done).toMatchObject({ done: 'noted', reason: 'no-policy' })
  })

  it('is written anew for another reason', async () => {
    expect((await performed(notify, {}, over(noteOf('notify-only')))).written).toEqual(['say'])
  })

  it('is written anew for another incident', async () => {
    const young = { ...diagnosis, startMs: tick.sight.nowMs - 60_000 }
    const step: Step = { do: 'notify', reason: 'no-policy', diagnosis: young }
    const view = { ...over(noteOf('no-policy')), seen: { diagnosis: young } }
    expect((await performed(step, {}, view)).written).toEqual(['say'])
  })

  it('is not written again for an episode that is older than what is read, whose start moves with the reading', async () => {
    const { lookBackMs } = tick.deps.config.tick
    const [then, now] = [tick.sight.nowMs - lookBackMs - 60_000, tick.sight.nowMs - lookBackMs]
    const old = { ...diagnosis, startMs: now }
    const step: Step = { do: 'notify', reason: 'no-policy', diagnosis: old }
    const view = { ...over(noteOf('no-policy', { startMs: then })), seen: { diagnosis: old } }
    expect((await performed(step, {}, view)).written).toEqual([])
  })

  it('says what stood in the way of a fix', async () => {
    const refused: Prepared = { ready: 'refused', reason: 'encrypted', message: 'the file is encrypted by SOPS' }
    const step: Step = { do: 'propose', diagnosis, decision: actOn() }
    const { written, said } = await performed(step, {}, { seen: { diagnosis } }, refused)
    expect(written).toEqual(['say'])
    expect(said[0]).toContain('encrypted by SOPS')
  })

  it('is not written for a sync that is only to be waited for', async () => {
    const refused: Prepared = { ready: 'refused', reason: 'awaiting-sync', message: 'not there yet' }
    const { written, done } = await performed(
      { do: 'propose', diagnosis, decision: actOn() },
      {},
      { seen: { diagnosis } },
      refused,
    )
    expect(written).toEqual([])
    expect(done).toMatchObject({ done: 'held', reason: 'awaiting-sync' })
  })
})
