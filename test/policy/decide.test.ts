import { describe, expect, it } from 'vitest'
import { type Conclusion, MODES, measuredConfidence, REASONS, type Reason } from '../../src/domain/index.ts'
import { type DecideInput, decide } from '../../src/policy/index.ts'
import {
  attempt,
  cart,
  concluded,
  config,
  DAY,
  decideInput,
  diagnosis,
  HOUR,
  MINUTE,
  NOW,
  policy,
  withMode,
} from './given.ts'

/** In the order in which they are asked. Each row alone holds; with all rows after it, it still is the answer. */
const CHECKS: readonly { reason: Reason; does: 'hold' | 'notify'; change: Partial<DecideInput> }[] = [
  { reason: 'no-policy', does: 'hold', change: { policies: [] } },
  { reason: 'policy-disabled', does: 'hold', change: { policies: [policy({ enabled: false })] } },
  { reason: 'paused', does: 'hold', change: { paused: true } },
  { reason: 'frozen', does: 'hold', change: { frozen: true } },
  { reason: 'warm-up', does: 'hold', change: { warm: false } },
  { reason: 'protected-namespace', does: 'hold', change: { config: config({ protectedNamespaces: ['shop'] }) } },
  { reason: 'not-bound', does: 'hold', change: { binding: undefined } },
  { reason: 'notify-only', does: 'notify', change: { policies: [policy({ action: 'notify-only' })] } },
  { reason: 'above-ceiling', does: 'hold', change: { config: config({ actions: ['rollback'] }) } },
  { reason: 'data-missing', does: 'hold', change: { diagnosis: diagnosis({ evidence: [] }) } },
  { reason: 'data-partial', does: 'hold', change: { diagnosis: diagnosis({ data: 'partial' }) } },
  {
    reason: 'low-confidence',
    does: 'hold',
    change: { diagnosis: diagnosis({ confidence: measuredConfidence(0.79) }) },
  },
  {
    reason: 'closed-by-person',
    does: 'hold',
    change: { attempts: [attempt(2 * DAY, { pull: { state: 'closed', endedBy: 'person' } })] },
  },
  {
    reason: 'breaker-open',
    does: 'hold',
    change: { attempts: [concluded(30 * HOUR, 'harmful'), concluded(20 * HOUR, 'harmful')] },
  },
  {
    reason: 'retries-exhausted',
    does: 'hold',
    change: { attempts: [attempt(3 * HOUR), attempt(2 * HOUR), attempt(HOUR)] },
  },
  { reason: 'cooldown', does: 'hold', change: { attempts: [attempt(4 * MINUTE)] } },
  { reason: 'budget-exhausted', does: 'hold', change: { openPulls: 3 } },
]

describe('decide', () => {
  it('acts when nothing holds', () => {
    expect(decide(decideInput())).toEqual({
      do: 'act',
      action: 'adjust-resources',
      mode: 'automerge',
      policy: policy(),
    })
  })

  it.each(CHECKS)('answers $does with $reason', ({ reason, does, change }) => {
    expect(decide(decideInput(change))).toMatchObject({ do: does, reason })
  })

  const pairs = CHECKS.flatMap((first, at) => CHECKS.slice(at + 1).map((second) => ({ first, second })))
  const apart = pairs.filter(({ first, second }) =>
    Object.keys(first.change).every((key) => !Object.hasOwn(second.change, key)),
  )

  it.each(apart)('asks for $first.reason before $second.reason', ({ first, second }) => {
    expect(decide(decideInput({ ...second.change, ...first.change }))).toMatchObject({ reason: first.reason })
  })

  it('uses only reasons that can be looked up', () => {
    expect(CHECKS.filter(({ reason }) => !Object.hasOwn(REASONS, reason))).toEqual([])
  })

  it('takes note of what models alone see, whatever the policy asks for', () => {
    const found = decideInput({
      diagnosis: diagnosis({ failure: 'Anomaly' }),
      policies: [policy({ failure: 'Anomaly' })],
    })
    expect(decide(found)).toMatchObject({ do: 'notify', reason: 'notify-only' })
  })

  it.each([
    [0.62, 0.62, { do: 'notify' }],
    [0.61, 0.62, { do: 'hold', reason: 'low-confidence' }],
    [0, 0, { do: 'notify' }],
  ])('tells what models see from the confidence on that the policy asks for: %d of %d', (sure, asked, expected) => {
    const found = decideInput({
      diagnosis: diagnosis({ failure: 'Anomaly', confidence: measuredConfidence(sure) }),
      policies: [policy({ failure: 'Anomaly', action: 'notify-only', confidenceThreshold: asked })],
    })
    expect(decide(found)).toMatchObject(expected)
  })

  it('lets a note pass a ceiling that lists no notes', () => {
    const found = decideInput({ policies: [policy({ action: 'notify-only' })], config: config({ actions: [] }) })
    expect(decide(found)).toMatchObject({ do: 'notify' })
  })

  it.each(['NaN', 'Infinity'])('never acts on evidence that is %s', (value) => {
    const evidence = diagnosis().evidence.map((one) => ({ ...one, value: Number(value) }))
    expect(decide(decideInput({ diagnosis: diagnosis({ evidence }) }))).toMatchObject({ reason: 'data-missing' })
  })

  it('protects every namespace that begins as the ceiling says', () => {
    const found = decideInput({ config: config({ protectedNamespaces: ['sh*'] }) })
    expect(decide(found)).toMatchObject({ reason: 'protected-namespace' })
  })
})

describe('decide: the threshold', () => {
  it.each([
    [0.8, 'act'],
    [0.7999, 'hold'],
  ])('at confidence %d says %s', (confidence, does) => {
    const found = diagnosis({ confidence: measuredConfidence(confidence) })
    expect(decide(decideInput({ diagnosis: found }))).toMatchObject({ do: does })
  })
})

describe('decide: a proposal that a person closed', () => {
  const closed = (agoMs: number, endedBy: 'person' | 'bot' = 'person') =>
    attempt(agoMs, { pull: { state: 'closed', endedBy } })

  it('means no for seven days', () => {
    expect(decide(decideInput({ attempts: [closed(7 * DAY - 1)] }))).toMatchObject({
      reason: 'closed-by-person',
      untilMs: NOW + 1,
    })
  })

  it('is assumed where nobody knows who closed it', () => {
    const unknown = attempt(DAY, { pull: { state: 'closed' } })
    expect(decide(decideInput({ attempts: [unknown] }))).toMatchObject({ reason: 'closed-by-person' })
  })

  it('means nothing after that', () => {
    expect(decide(decideInput({ attempts: [closed(7 * DAY)] }))).toMatchObject({ do: 'act' })
  })

  it('is lifted by a later retry', () => {
    const input = decideInput({ attempts: [closed(2 * DAY)], wishes: { retryAskedAtMs: NOW - DAY } })
    expect(decide(input)).toMatchObject({ do: 'act' })
  })

  it('is not lifted by a retry that was asked for before', () => {
    const input = decideInput({ attempts: [closed(DAY)], wishes: { retryAskedAtMs: NOW - 2 * DAY } })
    expect(decide(input)).toMatchObject({ reason: 'closed-by-person' })
  })

  it('says nothing about another failure', () => {
    const other = attempt(DAY, { pull: { state: 'closed', endedBy: 'person' }, record: { failure: 'MemoryLeak' } })
    expect(decide(decideInput({ attempts: [other] }))).toMatchObject({ do: 'act' })
  })

  it('is no answer of a person when the bot closed it', () => {
    expect(decide(decideInput({ attempts: [closed(DAY, 'bot')] }))).toMatchObject({ do: 'act' })
  })
})

describe('decide: the breaker', () => {
  const harm = (agoMs: number) => concluded(agoMs, 'harmful')

  it.each([
    ['one harmful fix', [harm(HOUR)], 'act'],
    ['two more than a day apart', [harm(26 * HOUR), harm(HOUR)], 'act'],
    ['two within a day, the later a day ago', [harm(30 * HOUR), harm(24 * HOUR)], 'act'],
    ['two within a day, the later just under a day ago', [harm(30 * HOUR), harm(24 * HOUR - 1)], 'hold'],
  ] as const)('after %s says %s', (_, otherAttempts, does) => {
    expect(decide(decideInput({ otherAttempts }))).toMatchObject({ do: does })
  })

  it('counts harm of the policy on other workloads too', () => {
    const input = decideInput({ attempts: [harm(3 * HOUR)], otherAttempts: [harm(2 * HOUR)] })
    expect(decide(input)).toMatchObject({ reason: 'breaker-open', untilMs: NOW + 22 * HOUR })
  })

  it('does not count harm of another policy', () => {
    const other = concluded(2 * HOUR, 'harmful', { record: { policy: { name: 'cpu', digest: '' } } })
    expect(decide(decideInput({ otherAttempts: [harm(3 * HOUR), other] }))).toMatchObject({ do: 'act' })
  })
})

describe('decide: maxRetries', () => {
  const three = (verdict: Conclusion['verdict']) => [3, 2, 1].map((hours) => concluded(hours * HOUR, verdict))

  it.each([
    ['insufficient', 'hold'],
    ['resolved', 'hold'],
    ['indeterminate', 'hold'],
    ['superseded', 'act'],
    ['no-longer-needed', 'act'],
    ['conflict', 'act'],
  ] as const)('after three attempts that ended %s says %s', (verdict, does) => {
    expect(decide(decideInput({ attempts: three(verdict) }))).toMatchObject({ do: does })
  })

  it('does not count reverts', () => {
    const attempts = [attempt(3 * HOUR), attempt(2 * HOUR), attempt(HOUR, { record: { kind: 'revert' } })]
    expect(decide(decideInput({ attempts }))).toMatchObject({ do: 'act' })
  })

  it('counts from seven days before the episode', () => {
    const start = diagnosis().startMs
    const at = (createdAtMs: number) => attempt(0, { pull: { createdAtMs, endedAtMs: createdAtMs } })
    const recent = [attempt(2 * HOUR), attempt(HOUR)]
    expect(decide(decideInput({ attempts: [at(start - 7 * DAY), ...recent] }))).toMatchObject({
      reason: 'retries-exhausted',
    })
    expect(decide(decideInput({ attempts: [at(start - 7 * DAY - 1), ...recent] }))).toMatchObject({ do: 'act' })
  })

  it('allows nothing at maxRetries 0', () => {
    expect(decide(decideInput({ policies: [policy({ maxRetries: 0 })] }))).toMatchObject({
      reason: 'retries-exhausted',
    })
  })
})

describe('decide: the cooldown', () => {
  it('ends exactly with the period', () => {
    expect(decide(decideInput({ attempts: [attempt(5 * MINUTE)] }))).toMatchObject({ do: 'act' })
    expect(decide(decideInput({ attempts: [attempt(5 * MINUTE - 1)] }))).toMatchObject({
      reason: 'cooldown',
      untilMs: NOW + 1,
    })
  })

  it('begins again with a revert', () => {
    const attempts = [attempt(HOUR), attempt(MINUTE, { record: { kind: 'revert' } })]
    expect(decide(decideInput({ attempts }))).toMatchObject({ reason: 'cooldown' })
  })

  it('begins again with a conclusion', () => {
    const attempts = [attempt(HOUR, { conclusion: { verdict: 'insufficient', atMs: NOW - MINUTE, because: '' } })]
    expect(decide(decideInput({ attempts }))).toMatchObject({ reason: 'cooldown' })
  })

  it('counts what was done about another failure of the workload', () => {
    const attempts = [attempt(MINUTE, { record: { failure: 'MemoryLeak' } })]
    expect(decide(decideInput({ attempts }))).toMatchObject({ reason: 'cooldown' })
  })
})

describe('decide: budget', () => {
  it.each([
    [2, 4, 'act'],
    [3, 0, 'hold'],
    [0, 5, 'hold'],
  ])('with %d open and %d within the hour says %s', (openPulls, openedLastHour, does) => {
    expect(decide(decideInput({ openPulls, openedLastHour }))).toMatchObject({ do: does })
  })
})

describe('decide: an open proposal', () => {
  const open = () => attempt(MINUTE, { pull: { state: 'open' } })

  it('is not held by its own attempt, cooldown and budget', () => {
    const input = decideInput({ attempts: [open()], openPulls: 3, policies: [policy({ maxRetries: 1 })] })
    expect(decide(input)).toMatchObject({ do: 'act' })
  })

  it('is held by a pause as everything is', () => {
    expect(decide(decideInput({ attempts: [open()], paused: true }))).toMatchObject({ reason: 'paused' })
  })
})

describe('decide: the mode', () => {
  const modes = MODES.flatMap((ceiling) => MODES.map((mode) => ({ ceiling, mode })))

  it.each(modes)('under the ceiling $ceiling, a policy of $mode gets the stricter', ({ ceiling, mode }) => {
    const stricter = MODES[Math.min(MODES.indexOf(ceiling), MODES.indexOf(mode))]
    const input = decideInput({ policies: [withMode(mode)], config: config({ mode: ceiling }) })
    expect(decide(input)).toMatchObject({ do: 'act', mode: stricter })
  })

  it('leaves the second signal to the gates, since it may still come before the merge', () => {
    const found = diagnosis({ independentSignals: false })
    expect(decide(decideInput({ diagnosis: found }))).toMatchObject({ mode: 'automerge' })
  })

  it('leaves merge-on-approval alone when only one signal shows the failure', () => {
    const input = decideInput({
      diagnosis: diagnosis({ independentSignals: false }),
      policies: [withMode('merge-on-approval')],
    })
    expect(decide(input)).toMatchObject({ mode: 'merge-on-approval' })
  })

  const repository = 'github.com/example/shop'
  const ours = { from: 'repository', repo: repository, file: '.kintsugi/policies/cart.yaml' } as const

  it.each([
    ['automerge', 'automerge', 'automerge'],
    ['automerge', 'propose', 'propose'],
    ['propose', 'automerge', 'propose'],
    ['comment', 'automerge', 'comment'],
  ] as const)('with %s in the cluster and %s in the repository is %s', (resource, inRepository, effective) => {
    const policies = [withMode(resource), withMode(inRepository, { origin: ours })]
    expect(decide(decideInput({ policies, repository }))).toMatchObject({ mode: effective })
  })

  it("never is looser than what the namespace's own policy allows, whatever the operator's says", () => {
    const operators = withMode('automerge', { origin: { from: 'operator', namespace: 'kintsugi-policies' } })
    expect(decide(decideInput({ policies: [operators, withMode('comment')] }))).toMatchObject({ mode: 'comment' })
  })

  it('does not ask the policy of another repository', () => {
    const policies = [withMode('automerge'), withMode('comment', { origin: ours })]
    expect(decide(decideInput({ policies, repository: 'github.com/example/other' }))).toMatchObject({
      mode: 'automerge',
    })
  })

  it('never lets the bot merge when the policy of the other kind is off', () => {
    const named = policy({ workloads: { matchLabels: {}, names: [cart.name] } })
    const policies = [named, policy({ origin: ours, enabled: false })]
    expect(decide(decideInput({ policies, repository }))).toMatchObject({ do: 'act', mode: 'propose' })
  })
})
