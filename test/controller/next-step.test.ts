import { describe, expect, it } from 'vitest'
import { describeStep } from '../../src/controller/describe-step.ts'
import { nextStep, type Pending, type Seen, type Step } from '../../src/controller/next-step.ts'
import type { Queued } from '../../src/controller/queued-step.ts'
import type { Conclusion, Gate, PullFacts, Verdict } from '../../src/domain/index.ts'
import type { Wishes } from '../../src/policy/index.ts'
import { actOn, attemptOf, diagnosisOf, T0 } from '../fakes/incident.ts'

const NOW = T0 + 1_200_000
const MINUTE = 60_000
const pass: Gate = { name: 'policy', pass: true, value: 'oom' }
const shut: Gate = { name: 'freeze', pass: false, value: 'in force', reason: 'frozen' }

function open(change: Partial<Pending & { state: 'open' }> = {}): Pending {
  return { state: 'open', attempt: attemptOf(), gates: [pass], stale: false, ...change }
}

function merged(change: Partial<Pending & { state: 'merged' }> = {}): Pending {
  return {
    state: 'merged',
    attempt: attemptOf({ pull: { state: 'merged', mergeCommit: 'e'.repeat(40) } }),
    sync: { synced: true, atMs: NOW - 5 * MINUTE },
    extended: false,
    ...change,
  }
}

function verdict(name: 'resolved' | 'insufficient' | 'harmful' | 'indeterminate'): Verdict {
  return { verdict: name, because: 'seen', evidence: [] }
}

const failing = { diagnosis: diagnosisOf(), decision: actOn() }
const insufficient: Conclusion = { verdict: 'insufficient', atMs: NOW - MINUTE, because: 'seen' }
const notedRevert = attemptOf({ pull: { state: 'merged' }, record: { kind: 'revert', reverts: 1 } })
const notifyOnHarm = attemptOf({
  pull: { state: 'merged' },
  record: { verify: { windowMs: 600_000, syncTimeoutMs: 600_000, onHarm: 'notify' } },
})

const clean = {
  sha: 'c'.repeat(40),
  draft: false,
  mergeable: 'yes',
  state: 'clean',
  checks: [],
  reviews: [],
  unresolvedConversations: 0,
  disarmedByPerson: false,
  inMergeQueue: false,
  verified: true,
} as const satisfies PullFacts
const withFacts = (change: Partial<PullFacts>, record = {}) =>
  attemptOf({ pull: { facts: { ...clean, ...change } }, record })
const moved: Gate = { name: 'merge group', pass: false, value: 'not what was proven', reason: 'base-moved' }
const queued = (entry: Queued, attempt = withFacts({ inMergeQueue: true })) => open({ attempt, queued: entry })
const waits: Gate = { name: 'required checks', pass: false, value: 'ci is awaited', reason: 'checks-pending' }
const route = { native: false, queue: false, refresh: false }
const armed = { autoMerge: { by: 'bot' } } as const
const undo: Wishes = { undo: { by: 'robin', atMs: NOW, pull: 1 } }
const done: Conclusion = { verdict: 'resolved', atMs: NOW - MINUTE, because: 'seen' }

const rows: readonly [string, Seen, Partial<Step>][] = [
  ['does nothing where nothing is wrong', {}, { do: 'nothing' }],
  [
    'holds with the reason and the end of the policy room',
    { diagnosis: diagnosisOf(), decision: { do: 'hold', reason: 'cooldown', untilMs: 7 } },
    { do: 'hold', reason: 'cooldown', untilMs: 7 },
  ],
  [
    'takes note where the policy room says so',
    { diagnosis: diagnosisOf(), decision: { do: 'notify', reason: 'no-policy' } },
    { do: 'notify', reason: 'no-policy' },
  ],
  [
    'takes note where the mode is comment',
    { diagnosis: diagnosisOf(), decision: actOn({ mode: 'comment' }) },
    { do: 'notify', reason: 'notify-only' },
  ],
  ['proposes a first fix', failing, { do: 'propose' }],
  [
    'steps on after a fix that was not enough',
    { ...failing, last: attemptOf({ conclusion: insufficient }) },
    { do: 'step-on', after: 1 },
  ],
  [
    'proposes afresh when the last attempt was for another failure',
    { ...failing, last: attemptOf({ conclusion: insufficient, record: { failure: 'CPUThrottling' } }) },
    { do: 'propose' },
  ],
  [
    'keeps its hands off a pull request that it cannot believe',
    { ...failing, pending: { state: 'open-foreign', pull: 4, reason: 'tampered' } },
    { do: 'hold', reason: 'tampered' },
  ],
  [
    'keeps its hands off a branch with foreign commits',
    { ...failing, pending: open({ attempt: attemptOf({ pull: { headIsOurs: false } }) }) },
    { do: 'hold', reason: 'head-not-ours' },
  ],
  ['merges when every gate is open', { ...failing, pending: open() }, { do: 'merge' }],
  [
    'holds with the reason of the first gate that is shut',
    { ...failing, pending: open({ gates: [pass, shut] }) },
    { do: 'hold', reason: 'frozen' },
  ],
  [
    'leaves the merge to people in mode propose',
    { ...failing, pending: open({ attempt: attemptOf({ record: { mode: 'propose' } }) }) },
    { do: 'hold', reason: 'awaiting-merge' },
  ],
  [
    'holds a stale proposal while another one goes first',
    { ...failing, pending: open({ stale: true, letsPass: true }) },
    { do: 'hold', reason: 'base-moved' },
  ],
  ['recomputes a stale proposal before any merge', { ...failing, pending: open({ stale: true }) }, { do: 'refresh' }],
  [
    'does not merge what it would not propose any more: the policy was switched off',
    { diagnosis: diagnosisOf(), decision: { do: 'hold', reason: 'policy-disabled' }, pending: open({ stale: true }) },
    { do: 'hold', reason: 'policy-disabled' },
  ],
  [
    'does not merge what the policy only wants noted now',
    { diagnosis: diagnosisOf(), decision: { do: 'notify', reason: 'notify-only' }, pending: open() },
    { do: 'hold', reason: 'notify-only' },
  ],
  [
    'lets a revert go its way while the fix would be held',
    {
      diagnosis: diagnosisOf(),
      decision: { do: 'hold', reason: 'retries-exhausted' },
      pending: open({ attempt: attemptOf({ record: { kind: 'revert', reverts: 1 } }) }),
    },
    { do: 'merge' },
  ],
  [
    'never takes a list without gates for open ones',
    { ...failing, pending: open({ gates: [] }) },
    { do: 'hold', reason: 'awaiting-merge' },
  ],
  [
    'asks people when a revert was not enough',
    { pending: merged({ verdict: verdict('insufficient'), attempt: notedRevert }) },
    { do: 'escalate', reason: 'insufficient' },
  ],
  [
    'leaves a stale proposal to its gates while the symptom is away',
    { pending: open({ stale: true, gates: [{ ...shut, reason: 'base-moved' }] }) },
    { do: 'hold', reason: 'base-moved' },
  ],
  [
    'closes a proposal whose symptom has been gone for the window',
    { pending: open({ quietMs: 600_000 }) },
    { do: 'close', reason: 'no-longer-needed' },
  ],
  ['does not close while the symptom is there', { ...failing, pending: open({ quietMs: 600_000 }) }, { do: 'merge' }],
  [
    'does not close before the window has passed',
    { pending: open({ quietMs: 599_999, gates: [shut] }) },
    { do: 'hold', reason: 'frozen' },
  ],
  [
    'does not close where quiet cannot be judged',
    { pending: open({ gates: [shut] }) },
    { do: 'hold', reason: 'frozen' },
  ],
  [
    'never closes a revert as needless',
    { pending: open({ quietMs: 900_000, attempt: attemptOf({ record: { kind: 'revert', reverts: 1 } }) }) },
    { do: 'merge' },
  ],
  [
    'waits for the sync',
    { pending: merged({ sync: { synced: false, mergedAtMs: NOW - MINUTE } }) },
    { do: 'await-sync', untilMs: NOW + 9 * MINUTE },
  ],
  [
    'asks people when the sync does not come',
    { pending: merged({ sync: { synced: false, mergedAtMs: NOW - 10 * MINUTE } }) },
    { do: 'escalate', reason: 'sync-timeout' },
  ],
  ['watches from the sync on', { pending: merged() }, { do: 'verify', untilMs: NOW + 5 * MINUTE }],
  [
    'watches while the verdict waits',
    { pending: merged({ verdict: { verdict: 'waiting', untilMs: NOW + 1 } }) },
    { do: 'verify', untilMs: NOW + 1 },
  ],
  [
    'concludes a fix that helped',
    { pending: merged({ verdict: verdict('resolved') }) },
    { do: 'conclude', conclusion: { verdict: 'resolved', atMs: NOW, because: 'seen' } },
  ],
  [
    'concludes a fix that was not enough and never reverts it',
    { ...failing, pending: merged({ verdict: verdict('insufficient') }) },
    { do: 'conclude', conclusion: { verdict: 'insufficient', atMs: NOW, because: 'seen' } },
  ],
  ['takes back what did harm', { pending: merged({ verdict: verdict('harmful') }) }, { do: 'revert', because: 'seen' }],
  [
    'asks people when a revert does harm',
    { pending: merged({ verdict: verdict('harmful'), attempt: notedRevert }) },
    { do: 'escalate', reason: 'harmful' },
  ],
  [
    'asks people where the policy says notify on harm',
    { pending: merged({ verdict: verdict('harmful'), attempt: notifyOnHarm }) },
    { do: 'escalate', reason: 'harmful' },
  ],
  [
    'extends the window once when it cannot tell',
    { pending: merged({ verdict: verdict('indeterminate') }) },
    { do: 'verify', untilMs: NOW + 15 * MINUTE },
  ],
  [
    'asks people when it still cannot tell',
    { pending: merged({ verdict: verdict('indeterminate'), extended: true }) },
    { do: 'escalate', reason: 'indeterminate' },
  ],
  [
    'finishes a conclusion that a crash cut off after the revert was opened',
    { pending: merged({ revertedBy: 2, verdict: verdict('harmful') }) },
    { do: 'conclude', conclusion: { verdict: 'harmful', atMs: NOW, because: 'seen' } },
  ],
  [
    'names the revert where the harm that it was opened for is no longer seen',
    { pending: merged({ revertedBy: 2, verdict: verdict('insufficient') }) },
    { do: 'conclude', conclusion: { verdict: 'harmful', atMs: NOW, because: 'taken back by #2' } },
  ],
  [
    'puts it into the queue where the base has one',
    { ...failing, pending: open({ route: { ...route, queue: true } }) },
    { do: 'enqueue' },
  ],
  [
    'lets the forge merge where it may and only checks are awaited',
    { ...failing, pending: open({ gates: [pass, waits], route: { ...route, native: true } }) },
    { do: 'arm' },
  ],
  [
    'waits for the checks itself where the forge may not merge',
    { ...failing, pending: open({ gates: [pass, waits], route }) },
    { do: 'hold', reason: 'checks-pending' },
  ],
  [
    'asks the forge once',
    {
      ...failing,
      pending: open({ attempt: withFacts(armed), gates: [pass, waits], route: { ...route, native: true } }),
    },
    { do: 'hold', reason: 'checks-pending' },
  ],
  [
    'takes it back when a gate falls',
    { ...failing, pending: open({ attempt: withFacts(armed), gates: [pass, waits, shut] }) },
    { do: 'disarm', pull: 1, reason: 'checks-pending' },
  ],
  [
    'takes it back before anything is recomputed',
    { ...failing, pending: open({ attempt: withFacts(armed), stale: true }) },
    { do: 'disarm', pull: 1 },
  ],
  [
    'takes it back when somebody pushes',
    { ...failing, pending: { state: 'open-foreign', pull: 4, reason: 'head-not-ours', armed: 'auto-merge' } },
    { do: 'disarm', pull: 4, reason: 'head-not-ours' },
  ],
  [
    'merges by itself once nothing is awaited',
    { ...failing, pending: open({ attempt: withFacts(armed) }) },
    { do: 'merge' },
  ],
  [
    'leaves alone what a person let the forge merge',
    { ...failing, pending: open({ attempt: withFacts({ autoMerge: { by: 'person' } }), gates: [shut] }) },
    { do: 'hold', reason: 'frozen' },
  ],
  [
    'does not push to what a queue has taken',
    { ...failing, pending: open({ attempt: withFacts({ inMergeQueue: true }), stale: true }) },
    { do: 'hold', reason: 'in-merge-queue' },
  ],
  [
    'waits until the queue has built something',
    { ...failing, pending: queued({ by: 'bot', gates: [pass] }) },
    { do: 'hold', reason: 'in-merge-queue' },
  ],
  [
    'tells the queue that what it built is proven',
    { ...failing, pending: queued({ by: 'bot', group: 'g', gates: [pass] }) },
    { do: 'prove-group', group: 'g', gates: [pass] },
  ],
  [
    'tells the queue that what it built is not what was proven',
    { ...failing, pending: queued({ by: 'bot', group: 'g', gates: [moved] }) },
    { do: 'prove-group', group: 'g', gates: [moved] },
  ],
  [
    'takes it out of the queue when a gate falls',
    { ...failing, pending: queued({ by: 'bot', gates: [pass, shut] }) },
    { do: 'dequeue', reason: 'frozen' },
  ],
  [
    'takes it out of the queue when a person holds it',
    { ...failing, pending: queued({ by: 'bot', group: 'g', gates: [pass] }), wishes: { held: { by: 'robin' } } },
    { do: 'dequeue', reason: 'held-by-person', group: 'g' },
  ],
  [
    'takes it out of the queue before it is closed',
    { ...failing, pending: queued({ by: 'bot', gates: [pass] }), wishes: undo },
    { do: 'dequeue', reason: 'undo-asked' },
  ],
  [
    'leaves in the queue what a person has put there, and says what of it is proven',
    { ...failing, pending: queued({ by: 'person', group: 'g', gates: [moved] }), wishes: { held: { by: 'robin' } } },
    { do: 'prove-group', gates: [moved] },
  ],
  [
    'proves nothing that somebody else has pushed',
    {
      ...failing,
      pending: queued(
        { by: 'person', group: 'g', gates: [pass] },
        attemptOf({ pull: { headIsOurs: false, facts: { ...clean, inMergeQueue: true } } }),
      ),
    },
    { do: 'hold', reason: 'head-not-ours' },
  ],
  [
    'never merges over what the forge holds back',
    { ...failing, pending: open({ attempt: withFacts({ state: 'blocked' }) }) },
    { do: 'hold', reason: 'checks-pending' },
  ],
  [
    'refreshes the next in line where the base has moved on',
    { ...failing, pending: open({ route: { ...route, refresh: true } }) },
    { do: 'refresh' },
  ],
  [
    'leaves alone what a person holds',
    { ...failing, pending: open({ stale: true }), wishes: { held: { by: 'robin', untilMs: 7 } } },
    { do: 'hold', reason: 'held-by-person', untilMs: 7 },
  ],
  [
    'closes an open one that a person wants undone',
    { ...failing, pending: open(), wishes: undo },
    { do: 'close', reason: 'undo-asked' },
  ],
  [
    'takes a merged one back that a person wants undone',
    { pending: merged(), wishes: undo },
    { do: 'revert', verdict: 'superseded' },
  ],
  [
    'takes one back after its verdict too',
    { last: attemptOf({ pull: { state: 'merged' }, conclusion: done }), wishes: undo },
    { do: 'revert', verdict: 'superseded' },
  ],
  [
    'does not call harmful what a person took back',
    { pending: merged({ revertedBy: 2 }), wishes: undo },
    { do: 'conclude', conclusion: { verdict: 'superseded', atMs: NOW, because: 'taken back by #2' } },
  ],
  [
    'undoes no other pull request',
    { last: attemptOf({ pull: { state: 'merged', number: 2 }, conclusion: done }), wishes: undo },
    { do: 'nothing' },
  ],
]

describe('nextStep', () => {
  it.each(rows)('%s', (_name, seen, expected) => {
    expect(nextStep(seen, NOW)).toMatchObject(expected)
  })

  it('reaches every step of the union in this table', () => {
    const reached = new Set(rows.map(([, seen]) => nextStep(seen, NOW).do))
    const all: Record<Step['do'], true> = {
      nothing: true,
      hold: true,
      notify: true,
      propose: true,
      'step-on': true,
      refresh: true,
      merge: true,
      enqueue: true,
      arm: true,
      disarm: true,
      'prove-group': true,
      dequeue: true,
      'await-sync': true,
      verify: true,
      conclude: true,
      revert: true,
      escalate: true,
      close: true,
    }
    expect([...reached].sort()).toEqual(Object.keys(all).sort())
  })

  it('describes every step in one line', () => {
    for (const [, seen] of rows) expect(describeStep(nextStep(seen, NOW))).toMatch(/^[^\n]{5,120}$/)
  })
})
