import { describe, expect, it } from 'vitest'
import { describeStep, nextStep, type Pending, type Seen, type Step } from '../../src/controller/next-step.ts'
import type { Conclusion, Gate, Verdict } from '../../src/domain/index.ts'
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
