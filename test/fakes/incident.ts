import type {
  Attempt,
  AttemptRecord,
  Conclusion,
  Decision,
  Diagnosis,
  Policy,
  Pull,
  Subject,
} from '../../src/domain/index.ts'
import { betaMean, laneOf } from '../../src/domain/index.ts'

/** One incident's values for tables: each function gives a whole value, with the named parts replaced. */
export const cart: Subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }
export const HOUR = 3_600_000
export const T0 = Date.UTC(2026, 0, 5, 10, 0)

export function policyOf(change: Partial<Policy> = {}): Policy {
  return {
    name: 'oom',
    origin: { from: 'repository', repo: 'file:///shop.git', file: '.kintsugi/policies/oom.yaml' },
    targetNamespace: 'shop',
    failure: 'OOMKilled',
    action: 'adjust-resources',
    confidenceThreshold: 0.8,
    cooldownMs: 300_000,
    maxRetries: 3,
    enabled: true,
    preChecks: [],
    postActions: [],
    workloads: { matchLabels: {}, names: [] },
    clusters: [],
    pullRequest: {
      mode: 'automerge',
      requiredChecks: 0,
      acceptConclusions: [],
      mergeMethod: 'squash',
      labels: ['kintsugi'],
      allowedPaths: [],
      companions: 'refuse',
    },
    limits: { maxIncreaseFactor: 4, openPullRequests: 3, perHour: 5 },
    verify: { windowMs: 600_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
    digest: 'd'.repeat(64),
    ...change,
  }
}

export function diagnosisOf(change: Partial<Diagnosis> = {}): Diagnosis {
  return {
    subject: cart,
    failure: 'OOMKilled',
    confidence: betaMean(19, 1),
    startMs: T0,
    lastMs: T0 + 120_000,
    evidence: [
      {
        signal: 'oom-killed',
        subject: cart,
        atMs: T0,
        value: 1,
        threshold: 1,
        says: 'the container was OOM-killed',
        asked: 'up',
      },
    ],
    votes: [],
    independentSignals: true,
    data: 'complete',
    watch: ['oom-killed'],
    observed: { memoryLimitBytes: 32 * 1024 ** 2, oomLimitBytes: 32 * 1024 ** 2 },
    summary: 'the container was OOM-killed',
    ...change,
  }
}

export function actOn(change: Partial<Decision & { do: 'act' }> = {}): Decision & { do: 'act' } {
  return { do: 'act', action: 'adjust-resources', mode: 'automerge', policy: policyOf(), ...change }
}

export function recordOf(change: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    schema: 1,
    kind: 'fix',
    lane: laneOf(cart),
    subject: cart,
    incident: `${laneOf(cart)}/OOMKilled/2026-01-05T10:00Z`,
    failure: 'OOMKilled',
    action: 'adjust-resources',
    episodeStartMs: T0,
    decidedAtMs: T0 + 180_000,
    base: { branch: 'main', revision: 'a'.repeat(40) },
    application: { namespace: 'argocd', name: 'cart' },
    policy: { name: 'oom', digest: 'd'.repeat(64) },
    mode: 'automerge',
    changes: [{ field: 'resources.limits.memory', container: 'app', value: '128Mi' }],
    lines: ['apps/cart/deployment.yaml:14'],
    watch: ['oom-killed'],
    verify: { windowMs: 600_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
    proof: 'p'.repeat(64),
    inputs: { 'apps/cart/deployment.yaml': 'b'.repeat(40) },
    confidence: 0.95,
    mechanisms: 2,
    present: ['OOMKilled'],
    ...change,
  }
}

export function pullOf(change: Partial<Pull> = {}): Pull {
  return {
    number: 1,
    url: 'http://127.0.0.1/changes/1',
    state: 'open',
    branch: 'kintsugi/shop-deployment-cart-00000000',
    base: 'main',
    headSha: 'c'.repeat(40),
    headIsOurs: true,
    title: 'fix(cart): raise memory limit 32Mi -> 128Mi',
    body: '',
    createdAtMs: T0 + 180_000,
    files: ['apps/cart/deployment.yaml'],
    commitMessage: '',
    ...change,
  }
}

export function attemptOf(
  change: { pull?: Partial<Pull>; record?: Partial<AttemptRecord>; conclusion?: Conclusion } = {},
): Attempt {
  return {
    pull: pullOf(change.pull),
    record: recordOf(change.record),
    ...(change.conclusion === undefined ? {} : { conclusion: change.conclusion }),
  }
}
