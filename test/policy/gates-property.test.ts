import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CheckFact,
  measuredConfidence,
  type PullFacts,
  type RequiredCheck,
  type ReviewFact,
} from '../../src/domain/index.ts'
import { type GateInput, gates, mayMerge } from '../../src/policy/index.ts'
import { size } from '../fakes/size.ts'
import {
  attempt,
  CI_APP,
  check,
  concluded,
  config,
  diagnosis,
  facts,
  gateInput,
  gatePull,
  HOUR,
  MINUTE,
  NOW,
  OWN_APP,
  policy,
  proof,
  review,
  rules,
} from './given.ts'

const OWN: RequiredCheck = { name: 'kintsugi', app: OWN_APP }
const PATH = 'apps/cart/values.yaml'

/** Repositories of many kinds, each in the one state in which the bot may merge. */
const good: fc.Arbitrary<GateInput> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom('ci', 'lint', 'test', 'policy/a'), { minLength: 1, maxLength: 4 }),
    anyApp: fc.boolean(),
    onApproval: fc.boolean(),
    approvals: fc.nat(2),
    more: fc.nat(2),
    codeOwners: fc.boolean(),
    team: fc.boolean(),
    fourEyes: fc.boolean(),
    queue: fc.boolean(),
    signatures: fc.boolean(),
    conversations: fc.boolean(),
    state: fc.constantFrom('clean', 'unstable'),
    noise: fc.constantFrom<readonly CheckFact[]>(
      [],
      [check({ name: 'coverage', state: 'red' })],
      [check({ sha: 'f'.repeat(40), state: 'red' })],
      [check({ name: 'kintsugi', app: OWN_APP, state: 'red' })],
    ),
    leads: fc.boolean(),
  })
  .map((made) => {
    const required = made.names.map((name): RequiredCheck => (made.anyApp ? { name } : { name, app: CI_APP }))
    const needed = Math.max(made.approvals, made.onApproval ? 1 : 0)
    const reviewers = ['robin', 'kim', 'ada', 'lin', 'noor'].slice(0, needed + (needed === 0 ? 0 : made.more))
    const owner = made.team
      ? ({ kind: 'team', team: 'shop/web' } as const)
      : ({ kind: 'user', login: 'robin' } as const)
    const asksOwners = made.codeOwners && needed > 0
    const pullFacts: Partial<PullFacts> = {
      state: made.state === 'clean' ? 'clean' : 'unstable',
      checks: [...made.names.map((name) => check({ name })), ...made.noise],
      reviews: reviewers.map((login): ReviewFact => review({ login })),
      unresolvedConversations: made.conversations ? 0 : 2,
    }
    return gateInput({
      mode: made.onApproval ? 'merge-on-approval' : 'automerge',
      rules: rules({
        requiredChecks: made.queue ? [...required, OWN] : required,
        approvals: made.approvals,
        codeOwners: asksOwners,
        mergeQueue: made.queue,
        signatures: made.signatures,
        conversationsResolved: made.conversations,
      }),
      pull: gatePull({ facts: facts(pullFacts) }),
      owners: asksOwners
        ? {
            read: 'done',
            files: [{ path: PATH, owners: [owner] }],
            members: new Map([['shop/web', new Map([['robin', true]])]]),
          }
        : { read: 'none' },
      ...(made.fourEyes ? { fourEyes: { involved: ['mallory'] } } : {}),
      ...(made.leads ? { leader: { began: 2, now: 2 } } : {}),
    })
  })

type Flip = readonly [string, (input: GateInput) => Partial<GateInput> | undefined]

function withFacts({ pull }: GateInput, change: (facts: PullFacts) => Partial<PullFacts>): Partial<GateInput> {
  const { facts: given } = pull
  return given === undefined ? {} : { pull: { ...pull, facts: { ...given, ...change(given) } } }
}

function withRules({ rules: given }: GateInput, change: Partial<GateInput['rules']>): Partial<GateInput> {
  return { rules: { ...given, ...change } }
}

/** Checks that the rules ask for, each replaced. */
function onRequired(input: GateInput, change: (one: CheckFact) => readonly CheckFact[]): Partial<GateInput> {
  const names = input.rules.requiredChecks.map(({ name }) => name)
  return withFacts(input, ({ checks }) => ({
    checks: checks.flatMap((one) => (names.includes(one.name) && one.app !== OWN_APP ? change(one) : [one])),
  }))
}

const needsReviews = ({ mode, rules: asked }: GateInput) => mode === 'merge-on-approval' || asked.approvals > 0
const namesApps = ({ rules: asked }: GateInput) => asked.requiredChecks.every(({ app }) => app !== undefined)
const onReviews = (change: Partial<ReviewFact>) => (input: GateInput) =>
  needsReviews(input)
    ? withFacts(input, ({ reviews }) => ({ reviews: reviews.map((one) => ({ ...one, ...change })) }))
    : undefined

/** Each makes one needed fact untrue or unknown; undefined where that fact is not needed. */
const FLIPS: readonly Flip[] = [
  ['mode', () => ({ mode: 'propose' })],
  ['ceiling', () => ({ config: config({ mode: 'propose' }) })],
  ['action', () => ({ config: config({ actions: [] }) })],
  ['field', () => ({ config: config({ fields: [] }) })],
  ['policy off', () => ({ policy: policy({ enabled: false }) })],
  [
    'policy asks more checks',
    () => ({ policy: policy({ pullRequest: { ...policy().pullRequest, requiredChecks: 9 } }) }),
  ],
  ['binding', () => ({ binding: undefined })],
  ['branch', () => ({ baseBranch: 'other' })],
  ['confidence', () => ({ diagnosis: diagnosis({ confidence: measuredConfidence(0.79) }) })],
  ['one signal', () => ({ diagnosis: diagnosis({ independentSignals: false }) })],
  ['partial data', () => ({ diagnosis: diagnosis({ data: 'partial' }) })],
  ['proof', () => ({ proof: proof({ rendered: false }) })],
  ['isolation', () => ({ proof: proof({ isolation: 'process' }) })],
  ['assumed', () => ({ proof: proof({ assumed: ['kubeVersion'] }) })],
  ['render differs', () => ({ renderMatch: 'differs' })],
  ['render unknown', () => ({ renderMatch: 'unknown' })],
  ['base moved', () => ({ baseInputs: { [PATH]: 'f'.repeat(40) } })],
  ['base gone', () => ({ baseInputs: {} })],
  ['head of another', ({ pull }) => ({ pull: { ...pull, headIsOurs: false } })],
  ['head moved', ({ pull }) => ({ pull: { ...pull, headSha: 'e'.repeat(40) } })],
  ['no facts', ({ pull: { facts: _, ...pull } }) => ({ pull })],
  ['rules not known', (input) => withRules(input, { known: false })],
  ['a rule not known', (input) => withRules(input, { others: ['required_deployments'] })],
  ['no check required', (input) => withRules(input, { requiredChecks: [] })],
  ['own check alone', (input) => withRules(input, { requiredChecks: [OWN] })],
  ['one more check', (input) => withRules(input, { requiredChecks: [...input.rules.requiredChecks, { name: 'new' }] })],
  ['checks red', (input) => onRequired(input, (one) => [{ ...one, state: 'red' }])],
  ['checks run', (input) => onRequired(input, (one) => [{ ...one, state: 'running' }])],
  ['checks queued', (input) => onRequired(input, (one) => [{ ...one, state: 'queued' }])],
  ['checks skipped', (input) => onRequired(input, (one) => [{ ...one, state: 'skipped' }])],
  ['checks neutral', (input) => onRequired(input, (one) => [{ ...one, state: 'neutral' }])],
  ['checks absent', (input) => onRequired(input, () => [])],
  ['checks late', (input) => onRequired(input, (one) => [{ ...one, sha: 'f'.repeat(40) }])],
  ['checks run again', (input) => onRequired(input, (one) => [one, { ...one, state: 'running' }])],
  ['checks flip', (input) => onRequired(input, (one) => [one, { ...one, state: 'red' }])],
  ['checks our own', (input) => onRequired(input, (one) => [{ ...one, app: OWN_APP }])],
  ['checks forged', (input) => (namesApps(input) ? onRequired(input, (one) => [{ ...one, app: 666 }]) : undefined)],
  ['checks by status', (input) => (namesApps(input) ? onRequired(input, ({ app: _, ...one }) => [one]) : undefined)],
  ['we are not known', () => ({ self: { login: 'kintsugi' } })],
  ['reviews gone', (input) => (needsReviews(input) ? withFacts(input, () => ({ reviews: [] })) : undefined)],
  ['reviews of another commit', onReviews({ sha: 'f'.repeat(40) })],
  ['reviews that do not count', onReviews({ counts: false })],
  ['reviews taken back', onReviews({ state: 'dismissed' })],
  ['reviews of apps', onReviews({ by: { login: 'robin', kind: 'app' } })],
  ['reviews by ourselves', onReviews({ by: { login: 'Kintsugi[bot]', kind: 'user' } })],
  [
    'changes asked',
    (input) =>
      withFacts(input, ({ reviews }) => ({
        reviews: [...reviews, review({ login: 'zoe', state: 'changes-requested' })],
      })),
  ],
  [
    'one approver with a hand in it',
    (input) =>
      needsReviews(input) && input.fourEyes !== undefined
        ? {
            ...withFacts(input, ({ reviews }) => ({ reviews: reviews.slice(0, 1) })),
            fourEyes: { involved: ['ROBIN'] },
          }
        : undefined,
  ],
  [
    'no owner',
    (input) =>
      input.owners.read === 'done'
        ? {
            owners: {
              ...input.owners,
              files: [{ path: PATH, owners: [{ kind: 'user', login: 'owner' }] }],
            },
          }
        : undefined,
  ],
  ['owners not read', (input) => (input.rules.codeOwners ? { owners: { read: 'failed' } } : undefined)],
  [
    'conversations',
    (input) =>
      input.rules.conversationsResolved ? withFacts(input, () => ({ unresolvedConversations: 1 })) : undefined,
  ],
  ['not signed', (input) => (input.rules.signatures ? withFacts(input, () => ({ verified: false })) : undefined)],
  ['method', (input) => withRules(input, { mergeMethods: ['rebase'] })],
  ['queue', (input) => (input.rules.mergeQueue ? undefined : withRules(input, { mergeQueue: true }))],
  ['queued', (input) => withFacts(input, () => ({ inMergeQueue: true }))],
  ['conflict', (input) => withFacts(input, () => ({ mergeable: 'conflict' }))],
  ['computing', (input) => withFacts(input, () => ({ mergeable: 'unknown' }))],
  ['state not told', (input) => withFacts(input, () => ({ state: 'unknown' }))],
  ['behind', (input) => withFacts(input, () => ({ state: 'behind' }))],
  ['blocked', (input) => (input.rules.mergeQueue ? undefined : withFacts(input, () => ({ state: 'blocked' })))],
  ['draft', (input) => withFacts(input, () => ({ draft: true }))],
  ['disarmed', (input) => withFacts(input, () => ({ disarmedByPerson: true }))],
  ['held', () => ({ held: { by: 'robin', untilMs: NOW + HOUR } })],
  ['paused', () => ({ paused: true })],
  ['frozen', () => ({ frozen: true })],
  ['budget', () => ({ openPulls: 4 })],
  ['hour', () => ({ openedLastHour: 6 })],
  ['breaker', () => ({ attempts: [concluded(3 * HOUR, 'harmful'), concluded(HOUR, 'harmful')] })],
  [
    'harm',
    ({ mode }) =>
      mode === 'automerge' ? { attempts: [attempt(50 * HOUR), concluded(40 * HOUR, 'harmful')] } : undefined,
  ],
  ['history lost', () => ({ historyKnown: false })],
  ['drift', () => ({ drifted: [3] })],
  ['leader lost', () => ({ leader: { began: 2, now: undefined } })],
  ['leader changed', () => ({ leader: { began: 2, now: 3 } })],
  ['audit', () => ({ audit: 'broken' })],
  [
    'window',
    () => ({
      policy: policy({
        pullRequest: {
          ...policy().pullRequest,
          window: { timeZone: 'UTC', days: [0], fromMinute: 0, toMinute: 1 },
        },
      }),
    }),
  ],
]

describe('gates, as a whole', () => {
  it('let every good state pass', () => {
    fc.assert(
      fc.property(good, (input) => {
        expect(gates(input).filter(({ pass }) => !pass)).toEqual([])
      }),
      { numRuns: size(250, 10_000), seed: 11 },
    )
  })

  it('shut as soon as one needed fact is untrue or unknown', () => {
    const counts = new Map<string, number>()
    fc.assert(
      fc.property(good, fc.constantFrom(...FLIPS), (input, [name, flip]) => {
        const change = flip(input)
        if (change === undefined) return
        counts.set(name, (counts.get(name) ?? 0) + 1)
        expect({ name, merges: mayMerge(gates({ ...input, ...change })) }).toEqual({ name, merges: false })
      }),
      { numRuns: size(5000, 200_000), seed: 12 },
    )
    expect(FLIPS.map(([name]) => name).filter((name) => (counts.get(name) ?? 0) === 0)).toEqual([])
  })

  it('shut while a required check is silent, however long', () => {
    fc.assert(
      fc.property(good, fc.integer({ min: 0, max: 7 * 24 * 60 }), (input, minutes) => {
        const silent = { ...input, ...withFacts(input, () => ({ checks: [], pushedAtMs: NOW - minutes * MINUTE })) }
        const gate = gates(silent).find(({ name }) => name === 'required checks')
        expect(gate?.reason).toBe(minutes >= 30 ? 'check-never-reported' : 'checks-pending')
      }),
      { numRuns: 300, seed: 13 },
    )
  })
})
