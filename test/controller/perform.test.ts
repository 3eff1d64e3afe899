import { beforeAll, describe, expect, it } from 'vitest'
import { historyOf } from '../../src/controller/history.ts'
import { type LaneView, type Tick, viewLane } from '../../src/controller/lane.ts'
import { emptyMemory } from '../../src/controller/memory.ts'
import type { Pending, Seen, Step } from '../../src/controller/next-step.ts'
import type { Owner, OwnerAnswer } from '../../src/controller/owner.ts'
import { type Done, perform } from '../../src/controller/perform.ts'
import type { Prepared } from '../../src/controller/prepare.ts'
import { type Conclusion, type Gate, laneOf, type Proposal, type Reason } from '../../src/domain/index.ts'
import type { ArmResult, Forge, MergeResult, Note, OpenResult } from '../../src/ports/index.ts'
import { noteText, sameNote } from '../../src/proposal/index.ts'
import { actOn, attemptOf, diagnosisOf, policyOf, pullOf, recordOf, T0 } from '../fakes/incident.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { memoryForge } from '../fakes/memory-forge.ts'
import { answersOf, series } from '../fakes/series.ts'
import { tickOf, viewOf } from '../fakes/tick.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

let tick: Tick
let real: Owner
beforeAll(async () => {
  const walk = await Walk.begin(shopOf({ only: ['cart'] }))
  tick = await tickOf(walk)
  const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart' }
  const { owner } = await viewLane(tick, laneOf(subject), subject, historyOf(laneOf(subject), []))
  if (!owner.found) throw new Error('cart is rendered by nobody')
  real = owner.owner
})

type Answers = { readonly open?: OpenResult; readonly merge?: MergeResult; readonly arm?: ArmResult }
const MERGED: MergeResult = { result: 'merged', commit: 'e'.repeat(40) }
const OPENED: OpenResult = { result: 'opened', pull: pullOf({ number: 7 }) }

/** A forge that only writes down what it is asked to write. */
function recording({ open = OPENED, merge = MERGED, arm = { result: 'armed' } }: Answers = {}) {
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
    merge: (_pull, sha, how) => note(`${how?.method} ${sha.slice(0, 4)}`, merge),
    arm: (_pull, sha) => note(`arm ${sha.slice(0, 4)}`, arm),
    disarm: (pull) => note(`disarm #${pull}`, undefined),
    tree: async () => ({
      oid: 't',
      paths: () => [],
      bytes: () => undefined,
      blob: () => BLOB,
      special: () => undefined,
    }),
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

/** What every file of every tree is: nothing has drifted. */
const BLOB = 'b'.repeat(40)

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

async function performed(
  step: Step,
  answers: Answers = {},
  view: Partial<LaneView> = {},
  prepared?: Prepared,
  second: Partial<Tick> & { readonly seen?: Seen } = {},
) {
  const { forge, written, said } = recording(answers)
  const repository = { urls: [], forge }
  const own: Tick = {
    ...tick,
    memory: emptyMemory(),
    policies: [policyOf()],
    deps: { ...tick.deps, repositories: [repository] },
  }
  const ready: Prepared = prepared ?? { ready: 'proposal', proposal, forge }
  const { seen, ...change } = second
  const owner: OwnerAnswer = { found: true, owner: { ...real, repository } }
  const again = viewOf({ owner, seen: seen ?? openSeen(step) })
  const done: Done = await perform(own, viewOf({ seen: openSeen(step), ...view }), step, ready, async () => ({
    tick: { ...own, ...change },
    view: again,
  }))
  return { done, written, said }
}

const pass: Gate = { name: 'policy', pass: true, value: 'on' }

/** What a second look sees where nothing has changed. */
function openSeen(step: Step): Seen {
  if (!(step.do === 'merge' || step.do === 'enqueue' || step.do === 'arm')) return {}
  const awaited: Gate = { name: 'required checks', pass: false, value: 'ci', reason: 'checks-pending' }
  const gates = step.do === 'arm' ? [pass, awaited] : [pass]
  const route = { native: step.do === 'arm', queue: step.do === 'enqueue', refresh: false }
  return { diagnosis, decision: actOn(), pending: { state: 'open', attempt: step.attempt, gates, stale: false, route } }
}

const attempt = attemptOf({ pull: { commitMessage: 'fix(cart): raise\n\nwhy\n' } })
const conclusion: Conclusion = { verdict: 'indeterminate', atMs: T0, because: 'no sync' }
const diagnosis = diagnosisOf()
const revert: Step = {
  do: 'revert',
  verdict: 'harmful',
  attempt,
  because: 'pods cannot be placed',
  harm: [],
  evidence: [],
}
const refusedOpen: OpenResult = { result: 'refused', reason: 'branch-taken', message: 'foreign commits' }

const QUEUED: MergeResult = { result: 'waiting', by: 'in-merge-queue' }

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
    ['check', 'squash cccc'],
    { done: 'merged' },
  ],
  [
    'holds while the forge waits',
    { do: 'merge', attempt, gates: [] },
    { merge: { result: 'waiting', by: 'awaiting-approval' } },
    ['check', 'squash cccc'],
    { done: 'held', reason: 'awaiting-approval' },
  ],
  [
    'holds where the base has moved under the merge',
    { do: 'merge', attempt, gates: [] },
    { merge: { result: 'recompute', reason: 'base-moved' } },
    ['check', 'squash cccc'],
    { done: 'held', reason: 'base-moved' },
  ],
  [
    'puts it into the queue',
    { do: 'enqueue', attempt, gates: [] },
    { merge: QUEUED },
    ['check', 'squash cccc'],
    { done: 'queued' },
  ],
  ['lets the forge merge', { do: 'arm', attempt, gates: [] }, {}, ['check', 'arm cccc'], { done: 'armed', pull: 1 }],
  [
    'merges at the next look what had nothing to wait for',
    { do: 'arm', attempt, gates: [] },
    { arm: { result: 'clean' } },
    ['check', 'arm cccc'],
    { done: 'held', reason: 'checks-pending' },
  ],
  [
    'takes back what the forge was asked',
    { do: 'disarm', pull: 3, reason: 'frozen' },
    {},
    ['disarm #3'],
    { done: 'disarmed' },
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
    const again = () => Promise.reject(new Error('nothing is merged here'))
    expect(await perform(own, viewOf(), step, { ready: 'nothing' }, again)).toEqual({
      done: 'held',
      reason: 'not-bound',
    })
  })
})

describe('the second look before a merge', () => {
  const merge: Step = { do: 'merge', attempt, gates: [pass] }
  const looked = (change: Partial<Pending & { state: 'open' }>): Seen => ({
    diagnosis,
    decision: actOn(),
    pending: { state: 'open', attempt, gates: [pass], stale: false, ...change },
  })
  const frozen: Gate = { name: 'freeze', pass: false, value: 'in force', reason: 'frozen' }

  it.each([
    ['a gate has fallen', looked({ gates: [pass, frozen] }), 'frozen'],
    ['what the proof read has changed', looked({ stale: true }), 'base-moved'],
    ['the head is another one', looked({ attempt: attemptOf({ pull: { headSha: 'f'.repeat(40) } }) }), 'head-not-ours'],
    ['somebody has pushed', looked({ attempt: attemptOf({ pull: { headIsOurs: false } }) }), 'head-not-ours'],
    ['a person holds it', { ...looked({}), wishes: { held: { by: 'robin' } } }, 'held-by-person'],
    ['it is not there any more', {}, 'base-moved'],
  ] satisfies readonly [string, Seen, Reason][])('keeps from merging where %s', async (_says, seen, reason) => {
    const { done, written } = await performed(merge, {}, {}, undefined, { seen })
    expect(done).toEqual({ done: 'held', reason })
    expect(written.filter((what) => what.startsWith('squash'))).toEqual([])
  })

  it.each([
    ['the operator has paused', { paused: async () => true }, 'paused'],
    ['a freeze has begun', { frozen: async () => true }, 'frozen'],
    ['another copy leads', { epoch: async () => 8 }, 'not-leader'],
  ] satisfies readonly [string, Partial<Tick['deps']>, Reason][])(
    'keeps from merging where %s while the gates were shown',
    async (_says, deps, reason) => {
      const { done, written } = await performed(merge, {}, {}, undefined, {
        deps: { ...tick.deps, ...deps },
        epoch: 7,
      })
      expect(done).toEqual({ done: 'held', reason })
      expect(written).toEqual(['check'])
    },
  )

  it('merges nothing once it is paused', async () => {
    const { done, written } = await performed(merge, {}, {}, undefined, { paused: true })
    expect([done, written]).toEqual([{ done: 'held', reason: 'paused' }, ['check']])
  })
})

describe('the check run', () => {
  const frozen: Gate = { name: 'freeze', pass: false, value: 'in force', reason: 'frozen' }
  const held: Step = { do: 'hold', reason: 'awaiting-merge' }

  it('shows every gate of an open pull request, written again only when a verdict has changed', async () => {
    const { forge, written } = recording()
    const own: Tick = { ...tick, memory: emptyMemory(), deps: { ...tick.deps, repositories: [{ urls: [], forge }] } }
    const show = (gates: readonly Gate[], headSha = attempt.pull.headSha) => {
      const shown = attemptOf({ pull: { headSha } })
      const view = viewOf({ seen: { pending: { state: 'open', attempt: shown, gates, stale: false } } })
      return perform(own, view, held, { ready: 'nothing' }, () => Promise.reject(new Error('no merge')))
    }
    await show([pass, frozen])
    await show([{ ...pass, value: 'another value' }, frozen])
    expect(written).toEqual(['check'])
    await show([pass])
    await show([pass], 'f'.repeat(40))
    expect(written).toEqual(['check', 'check', 'check'])
  })

  it('is not written while paused', async () => {
    const { forge, written } = recording()
    const own: Tick = { ...tick, paused: true, deps: { ...tick.deps, repositories: [{ urls: [], forge }] } }
    const view = viewOf({ seen: { pending: { state: 'open', attempt, gates: [pass], stale: false } } })
    await perform(own, view, held, { ready: 'nothing' }, () => Promise.reject(new Error('no merge')))
    expect(written).toEqual([])
  })
})

describe('the living note', () => {
  const notify: Step = { do: 'notify', reason: 'no-policy', diagnosis }
  const noteOf = (reason: Reason, change = {}): Note => ({
    text: noteText({ ...diagnosis, ...change }, reason, tick.deps.templates),
    updatedAtMs: T0,
  })
  const over = (note: Note) => ({
    seen: { diagnosis },
    history: { attempts: [], answers: [], elsewhere: [], all: [], note },
  })

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

  it('quotes the healing classifier where that is switched on, and is for the rest the same', async () => {
    const { subject } = diagnosis
    const at = { nowMs: tick.sight.nowMs }
    const answers = answersOf(
      series('cpu-usage', subject, () => 0.1, at),
      series('cpu-limit', subject, () => 0.5, at),
      series('memory-working-set', subject, () => 95, at),
      series('memory-limit', subject, () => 100, at),
      series('restarts', subject, () => 2, at),
    )
    const noted = async (enabled: boolean) => {
      const { forge, said } = recording()
      const repository = { urls: [], forge }
      const detection = { ...tick.deps.config.detection, models: [], healing: { enabled } }
      const config = { ...tick.deps.config, detection }
      const own = { ...tick, memory: emptyMemory(), deps: { ...tick.deps, config, repositories: [repository] } }
      const view = viewOf({ answers, seen: { diagnosis }, owner: { found: true, owner: { ...real, repository } } })
      const again = async () => ({ tick: own, view })
      const done = await perform(own, view, notify, { ready: 'proposal', proposal, forge }, again)
      return { done, text: said.join('') }
    }
    const [off, on] = [await noted(false), await noted(true)]
    const quoted = /\n\nAn outside opinion, which decides nothing: .*reset errors.*20 %.*95 %.*0 errors\.(?=\n)/
    expect(off.text).not.toContain('opinion')
    expect(on.text).toMatch(quoted)
    expect(on.text.replace(quoted, '')).toBe(off.text)
    expect(on.done).toEqual(off.done)
    expect(sameNote(off.text, on.text)).toBe(true)
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
