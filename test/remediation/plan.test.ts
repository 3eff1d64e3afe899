import { describe, expect, it } from 'vitest'
import {
  ACTIONS,
  type Action,
  type Attempt,
  type Ceiling,
  type Failure,
  millicoresQuantity,
  type Observed,
  type Plan,
  type ProvenImage,
  parseQuantity,
  type Reason,
  type WorkloadFacts,
} from '../../src/domain/index.ts'
import { remedies } from '../../src/remediation/actions/index.ts'
import { type PlanInput, planFor } from '../../src/remediation/index.ts'
import { attemptOf, cart, diagnosisOf, HOUR, policyOf, T0 } from '../fakes/incident.ts'

const MI = 1024 ** 2

const ceiling: Ceiling = {
  mode: 'automerge',
  actions: [...ACTIONS],
  fields: [],
  maxIncreaseFactor: 8,
  protectedNamespaces: [],
  automergeIsolation: 'isolated',
  fourEyes: false,
}

type Case = {
  failure?: Failure
  action?: Action
  observed?: Observed
  facts?: WorkloadFacts
  attempts?: readonly Attempt[]
  limits?: Partial<PlanInput['policy']['limits']>
  ceiling?: Partial<Ceiling>
  container?: string
  kind?: string
}

function ask(one: Case) {
  const policy = policyOf()
  const subject = { ...cart, container: one.container ?? 'app', kind: one.kind ?? cart.kind }
  return planFor({
    diagnosis: diagnosisOf({ subject, failure: one.failure ?? 'OOMKilled', observed: one.observed ?? {} }),
    action: one.action ?? 'adjust-resources',
    policy: { ...policy, limits: { ...policy.limits, ...one.limits } },
    ceiling: { ...ceiling, ...one.ceiling },
    facts: one.facts ?? {},
    attempts: one.attempts ?? [],
    nowMs: T0 + 600_000,
  })
}

function plan(one: Case): Plan {
  const outcome = ask(one)
  if (!outcome.planned) throw new Error(`${outcome.reason}: ${outcome.message}`)
  return outcome.plan
}

function reason(one: Case): Reason | undefined {
  const outcome = ask(one)
  return outcome.planned ? undefined : outcome.reason
}

const set = (one: Case) => Object.fromEntries(plan(one).changes.map(({ field, value }) => [field, value]))
const app = (declared: object): WorkloadFacts => ({ containers: [{ name: 'app', ...declared }] })
const limit = (mi: number): Observed => ({ memoryLimitBytes: mi * MI, oomLimitBytes: mi * MI })
const quantityOf = (text: string) => parseQuantity(text) ?? millicoresQuantity(0)

describe('planFor', () => {
  it.each([
    ['OOMKilled', ['adjust-resources']],
    ['CrashLoopBackOff', ['restart', 'rollback']],
    ['ImagePullBackOff', ['rollback']],
    ['CPUThrottling', ['adjust-resources', 'scale']],
    ['FailedRollout', ['rollback']],
    ['Unschedulable', []],
    ['Anomaly', []],
  ] as const)('%s is answered by %j alone', (failure, fit) => {
    for (const action of ACTIONS) {
      const expected = action === 'notify-only' ? 'notify-only' : 'action-unfit'
      if (!fit.some((one) => one === action)) expect(reason({ failure, action })).toBe(expected)
      else expect(remedies.filter((one) => one.action === action && one.answers.includes(failure))).toHaveLength(1)
    }
  })

  it.each([
    ['Job', 'action-unfit'],
    ['CronJob', undefined],
    ['StatefulSet', undefined],
    ['argoproj.io/Rollout', undefined],
  ])('changes the pod template of a %s: refused with %s', (kind, expected) => {
    expect(reason({ kind, observed: limit(32) })).toBe(expected)
  })

  it('refuses the very change that did harm', () => {
    const { changes } = plan({ observed: limit(32) })
    const harmed = attemptOf({ record: { changes }, conclusion: { verdict: 'harmful', atMs: T0, because: '' } })
    expect(reason({ observed: limit(32), attempts: [harmed] })).toBe('action-unfit')
  })

  it('watches what the diagnosis watches', () => {
    expect(plan({ observed: limit(32) }).watch).toEqual(['oom-killed'])
  })
})

describe('raise-memory', () => {
  it.each([
    [32, '128Mi'],
    [96, '192Mi'],
    [256, '512Mi'],
  ])('steps from %iMi to %s without a peak', (from, to) => {
    expect(set({ observed: limit(from) })).toEqual({ 'resources.limits.memory': to })
  })

  it('names the values in its title and the container in its change', () => {
    expect(plan({ observed: limit(32) })).toMatchObject({
      title: 'raise memory limit 32Mi -> 128Mi',
      changes: [{ field: 'resources.limits.memory', container: 'app', value: '128Mi' }],
    })
  })

  it('sizes by a peak that was reached above the limit of the kill', () => {
    expect(set({ observed: { ...limit(128), memoryPeakBytes: 300 * MI } })).toEqual({
      'resources.limits.memory': '384Mi',
    })
  })

  it('never goes below the limit of the last kill', () => {
    const lowered = { memoryLimitBytes: 32 * MI, oomLimitBytes: 128 * MI, memoryPeakBytes: 40 * MI }
    expect(set({ observed: lowered })).toEqual({ 'resources.limits.memory': '256Mi' })
  })

  it('reads the declared limit where none was observed', () => {
    expect(set({ facts: app({ memoryLimit: '0.5Gi' }) })).toEqual({ 'resources.limits.memory': '1Gi' })
  })

  it.each([
    ['observed', { observed: { memoryLimitBytes: 0 } }],
    ['declared', { facts: app({ memoryLimit: '0', memoryRequest: '0' }) }],
  ])('refuses where the %s limit is 0, which is none', (_, one) => {
    expect(reason(one)).toBe('no-evidence-for-sizing')
  })

  it.each([
    ['a limit', { memoryLimit: '16Pi' }, 'no-evidence-for-sizing'],
    ['a request', { memoryLimit: '32Mi', memoryRequest: '16Pi' }, 'request-above-limit'],
  ])('refuses %s that no machine has', (_, declared, expected) => {
    expect(reason({ facts: app(declared) })).toBe(expected)
  })

  it('refuses without any limit', () => {
    expect(reason({})).toBe('no-evidence-for-sizing')
  })

  it('starts from what is deployed after a step that was not enough', () => {
    const attempts = [
      attemptOf({ pull: { state: 'merged' }, conclusion: { verdict: 'insufficient', atMs: T0, because: '' } }),
    ]
    expect(set({ observed: limit(128), attempts })).toEqual({ 'resources.limits.memory': '256Mi' })
  })

  it('does not repeat a step that was not enough, even where the old limit still shows', () => {
    const attempts = [
      attemptOf({ pull: { state: 'merged' }, conclusion: { verdict: 'insufficient', atMs: T0, because: '' } }),
    ]
    expect(set({ observed: limit(32), attempts })).toEqual({ 'resources.limits.memory': '256Mi' })
  })

  describe('and the request', () => {
    it.each([
      ['grows in proportion', { memoryLimit: '32Mi', memoryRequest: '16Mi' }, '64Mi'],
      ['stays equal', { memoryLimit: '32Mi', memoryRequest: '32Mi' }, '128Mi'],
      ['stays equal in another notation', { memoryLimit: '32Mi', memoryRequest: '32768Ki' }, '128Mi'],
      ['is not written where it follows the limit', { memoryLimit: '32Mi' }, undefined],
    ])('%s', (_, declared, expected) => {
      expect(set({ observed: limit(32), facts: app(declared) })['resources.requests.memory']).toBe(expected)
    })

    it('keeps a Guaranteed pod Guaranteed', () => {
      const declared = { memoryLimit: '32Mi', memoryRequest: '32Mi', cpuLimit: '1', cpuRequest: '1000m' }
      expect(plan({ observed: limit(32), facts: app(declared) }).rationale).toContain('stays Guaranteed')
    })

    it('stays where an autoscaler counts in shares of it', () => {
      const autoscaler = { kind: 'HorizontalPodAutoscaler', name: 'cart', metrics: ['memory'] } as const
      const facts = { ...app({ memoryLimit: '32Mi', memoryRequest: '16Mi' }), autoscaler }
      expect(set({ observed: limit(32), facts })).toEqual({ 'resources.limits.memory': '128Mi' })
    })

    it('refuses where it has to follow and an autoscaler counts in shares of it', () => {
      const autoscaler = { kind: 'HorizontalPodAutoscaler', name: 'cart', metrics: ['memory'] } as const
      const facts = { ...app({ memoryLimit: '32Mi', memoryRequest: '32Mi' }), autoscaler }
      expect(reason({ observed: limit(32), facts })).toBe('owned-by-autoscaler')
    })

    it('refuses where it is above the new limit', () => {
      const facts = app({ memoryLimit: '32Mi', memoryRequest: '1Gi' })
      expect(reason({ observed: limit(32), facts })).toBe('request-above-limit')
    })
  })

  it.each([
    ['policy', { limits: { memoryMax: quantityOf('100Mi') } }],
    ['operator', { ceiling: { memoryMaxBytes: 100 * MI } }],
    ['namespace', { facts: { limitRange: { memoryMaxBytes: 100 * MI } } }],
  ])('refuses to pass the maximum of the %s', (_, bound) => {
    expect(reason({ observed: limit(32), ...bound })).toBe('at-maximum')
  })

  it('goes right up to the maximum', () => {
    expect(set({ observed: limit(32), limits: { memoryMax: quantityOf('128Mi') } })).toBeDefined()
  })

  it('is not bound by the factor below 256Mi more', () => {
    expect(set({ observed: limit(32), limits: { maxIncreaseFactor: 1.5 } })).toEqual({
      'resources.limits.memory': '128Mi',
    })
  })

  it('goes as far as the factor lets it above that', () => {
    expect(set({ observed: limit(1024), limits: { maxIncreaseFactor: 1.5 } })).toEqual({
      'resources.limits.memory': '1536Mi',
    })
  })

  it('refuses where the factor lets it nowhere above the kill', () => {
    const observed = { memoryLimitBytes: 512 * MI, oomLimitBytes: 4096 * MI }
    expect(reason({ observed, limits: { maxIncreaseFactor: 2 } })).toBe('at-maximum')
  })

  it('leaves a workload to the vertical autoscaler that owns it', () => {
    const autoscaler = { kind: 'VerticalPodAutoscaler', name: 'cart', metrics: [] } as const
    expect(reason({ observed: limit(32), facts: { autoscaler } })).toBe('owned-by-autoscaler')
  })

  it('never lowers what Git holds already', () => {
    expect(reason({ observed: limit(32), facts: app({ memoryLimit: '1Gi' }) })).toBe('no-longer-needed')
  })
})

describe('raise-cpu', () => {
  const throttled = (observed: Observed, rest: Case = {}) =>
    ({ failure: 'CPUThrottling', observed, ...rest }) as const satisfies Case

  it('doubles a limit that cuts the peak off', () => {
    expect(set(throttled({ cpuLimitCores: 0.5, cpuPeakCores: 0.5 }))).toEqual({ 'resources.limits.cpu': '1' })
  })

  it('puts a peak at 0.6 of the limit', () => {
    expect(set(throttled({ cpuLimitCores: 1, cpuPeakCores: 0.8 }))).toEqual({ 'resources.limits.cpu': '1350m' })
  })

  it.each([
    ['equal where it was equal', { cpuLimit: '500m', cpuRequest: '0.5' }, '1'],
    ['up to what is used', { cpuLimit: '500m', cpuRequest: '100m' }, '450m'],
    ['as it is where it covers what is used', { cpuLimit: '500m', cpuRequest: '480m' }, undefined],
  ])('puts the request %s', (_, declared, expected) => {
    const observed = { cpuLimitCores: 0.5, cpuPeakCores: 0.5, cpuP90Cores: 0.45 }
    expect(set(throttled(observed, { facts: app(declared) }))['resources.requests.cpu']).toBe(expected)
  })

  it('refuses without a limit', () => {
    expect(reason(throttled({ cpuPeakCores: 1 }))).toBe('no-evidence-for-sizing')
  })

  it('refuses to pass the maximum', () => {
    expect(reason(throttled({ cpuLimitCores: 2 }, { limits: { cpuMax: quantityOf('3') } }))).toBe('at-maximum')
  })

  it('is not bound by the factor below 500m more', () => {
    expect(set(throttled({ cpuLimitCores: 0.1 }, { limits: { maxIncreaseFactor: 1.1 } }))).toEqual({
      'resources.limits.cpu': '200m',
    })
  })
})

describe('roll-back-image', () => {
  const proven = (image: string, fromMs = T0 - 86_400_000): ProvenImage => ({
    image,
    revision: 'e'.repeat(40),
    fromMs,
    toMs: T0 - 3_600_000,
  })
  const facts = (change: WorkloadFacts = {}): WorkloadFacts => ({
    ...app({ image: 'shop:5000/cart:2' }),
    lastChange: { revision: 'f'.repeat(40), atMs: T0 - 120_000 },
    provenImages: [proven('shop:5000/cart:1'), proven('shop:5000/cart:0')],
    ...change,
  })
  const broken = (change: WorkloadFacts = {}, rest: Case = {}): Case => ({
    failure: 'CrashLoopBackOff',
    action: 'rollback',
    facts: facts(change),
    ...rest,
  })

  it('goes back to the newest proven image, and says which revision gave it', () => {
    expect(plan(broken())).toMatchObject({
      changes: [{ field: 'image', container: 'app', value: 'shop:5000/cart:1' }],
      restores: 'e'.repeat(40),
      title: 'roll back image to 1',
    })
  })

  const { lastChange: _, ...noChange } = facts()

  it.each([
    ['no change is known', noChange],
    ['the change came after the failure', facts({ lastChange: { revision: 'f'.repeat(40), atMs: T0 + 60_000 } })],
    ['the present image ran well', facts({ provenImages: [proven('shop:5000/cart:2'), proven('shop:5000/cart:1')] })],
  ])('refuses where %s', (_, known) => {
    expect(reason({ ...broken(), facts: known })).toBe('git-is-not-the-cause')
  })

  it.each([
    ['nothing is proven', { provenImages: [] }],
    ['only another repository is proven', { provenImages: [proven('shop:5000/proxy:1')] }],
    ['it ran only since the failure', { provenImages: [proven('shop:5000/cart:1', T0 + 1)] }],
  ])('refuses where %s', (_, change) => {
    expect(reason(broken(change))).toBe('no-proven-image')
  })

  it.each([
    ['did not help', 'insufficient', 0],
    ['did harm', 'harmful', 0],
    ['did not help hours ago, in an episode that outlasts the range of the queries', 'insufficient', 9 * HOUR],
  ] as const)('does not go back twice to what %s', (_, verdict, agoMs) => {
    const tried = attemptOf({
      record: {
        failure: 'CrashLoopBackOff',
        changes: [{ field: 'image', container: 'app', value: 'shop:5000/cart:1' }],
        decidedAtMs: T0 - agoMs,
      },
      conclusion: { verdict, atMs: T0 - agoMs, because: '' },
    })
    expect(plan(broken({}, { attempts: [tried] })).changes[0]?.value).toBe('shop:5000/cart:0')
  })
})

describe('restart', () => {
  it('writes the start of the incident, so that it plans the same twice', () => {
    expect(plan({ failure: 'CrashLoopBackOff', action: 'restart' }).changes).toEqual([
      { field: 'annotations.kintsugi.dev/restarted-at', value: '2026-01-05T10:00:00Z' },
    ])
  })

  it('is not done again where it did not help', () => {
    const tried = attemptOf({
      record: { failure: 'CrashLoopBackOff', action: 'restart' },
      conclusion: { verdict: 'insufficient', atMs: T0, because: '' },
    })
    expect(reason({ failure: 'CrashLoopBackOff', action: 'restart', attempts: [tried] })).toBe('action-unfit')
  })
})

describe('scale-out', () => {
  const wide = (replicas: number | undefined, rest: Case = {}): Case => ({
    failure: 'CPUThrottling',
    action: 'scale',
    observed: replicas === undefined ? {} : { replicas },
    ...rest,
  })

  it.each([
    [1, '2'],
    [2, '3'],
    [5, '8'],
  ])('goes from %i to %s replicas', (from, to) => {
    expect(set(wide(from))).toEqual({ replicas: to })
  })

  it('stops at the maximum', () => {
    expect(set(wide(5, { limits: { replicasMax: 6 } }))).toEqual({ replicas: '6' })
    expect(reason(wide(6, { limits: { replicasMax: 6 } }))).toBe('at-maximum')
  })

  it.each(['HorizontalPodAutoscaler', 'ScaledObject'] as const)('leaves the replicas to a %s', (kind) => {
    expect(reason(wide(2, { facts: { autoscaler: { kind, name: 'cart', metrics: ['cpu'] } } }))).toBe(
      'owned-by-autoscaler',
    )
  })

  it('refuses where the replicas are not known', () => {
    expect(reason(wide(undefined))).toBe('no-evidence-for-sizing')
  })
})
