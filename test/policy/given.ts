import { defaultConfig } from '../../src/config.ts'
import {
  type Attempt,
  type AttemptRecord,
  type Conclusion,
  type Config,
  type Diagnosis,
  measuredConfidence,
  type Policy,
  type Proof,
  type Pull,
  type Subject,
} from '../../src/domain/index.ts'
import type { DecideInput, GateInput } from '../../src/policy/index.ts'

export const NOW = Date.UTC(2026, 2, 10, 12, 0, 0)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const cart: Subject = {
  cluster: 'prod-eu',
  namespace: 'shop',
  kind: 'Deployment',
  name: 'cart',
  container: 'app',
}

export function diagnosis(change: Partial<Diagnosis> = {}): Diagnosis {
  return {
    subject: cart,
    failure: 'OOMKilled',
    confidence: measuredConfidence(0.95),
    startMs: NOW - 20 * MINUTE,
    lastMs: NOW,
    evidence: [{ signal: 'oom-killed', subject: cart, atMs: NOW, value: 1, says: 'killed', asked: 'up' }],
    votes: [],
    independentSignals: true,
    data: 'complete',
    watch: ['oom-killed'],
    observed: {},
    summary: 'cart was OOM-killed',
    ...change,
  }
}

export function policy(change: Partial<Policy> = {}): Policy {
  return {
    name: 'memory',
    origin: { from: 'resource', namespace: 'shop' },
    targetNamespace: 'shop',
    failure: 'OOMKilled',
    action: 'adjust-resources',
    confidenceThreshold: 0.8,
    cooldownMs: 5 * MINUTE,
    maxRetries: 3,
    enabled: true,
    preChecks: [],
    postActions: [],
    workloads: { matchLabels: {}, names: [] },
    clusters: [],
    pullRequest: {
      mode: 'automerge',
      requiredChecks: 1,
      mergeMethod: 'squash',
      labels: [],
      allowedPaths: [],
      companions: 'refuse',
    },
    limits: { maxIncreaseFactor: 4, openPullRequests: 3, perHour: 5 },
    verify: { windowMs: 15 * MINUTE, syncTimeoutMs: 10 * MINUTE, onHarm: 'revert' },
    digest: 'd'.repeat(64),
    ...change,
  }
}

export function withMode(mode: Policy['pullRequest']['mode'], change: Partial<Policy> = {}): Policy {
  const one = policy(change)
  return { ...one, pullRequest: { ...one.pullRequest, mode } }
}

export function config(ceiling: Partial<Config['ceiling']> = {}, change: Partial<Config> = {}): Config {
  const base = defaultConfig('prod-eu', change)
  return { ...base, ceiling: { ...base.ceiling, mode: 'automerge', ...ceiling } }
}

type AttemptChange = { pull?: Partial<Pull>; record?: Partial<AttemptRecord>; conclusion?: Conclusion }

let pulls = 0

/** An attempt that was merged `agoMs` before NOW. */
export function attempt(agoMs: number, { pull = {}, record = {}, conclusion }: AttemptChange = {}): Attempt {
  pulls += 1
  const made: Pull = {
    number: pulls,
    url: `local/${pulls}`,
    state: 'merged',
    branch: 'kintsugi/cart',
    base: 'main',
    headSha: 'a'.repeat(40),
    headIsOurs: true,
    title: '',
    body: '',
    createdAtMs: NOW - agoMs,
    endedAtMs: NOW - agoMs,
    files: ['apps/cart/values.yaml'],
    commitMessage: '',
    ...pull,
  }
  const base: Attempt = { pull: made, record: recordOf(record) }
  return conclusion === undefined ? base : { ...base, conclusion }
}

function recordOf(change: Partial<AttemptRecord>): AttemptRecord {
  return {
    schema: 1,
    kind: 'fix',
    lane: 'prod-eu/shop/Deployment/cart',
    subject: cart,
    incident: 'prod-eu/shop/Deployment/cart/OOMKilled/2026-03-10T11:40Z',
    failure: 'OOMKilled',
    action: 'adjust-resources',
    episodeStartMs: NOW - 20 * MINUTE,
    decidedAtMs: NOW - 20 * MINUTE,
    base: { branch: 'main', revision: 'b'.repeat(40) },
    application: { namespace: 'argocd', name: 'cart' },
    policy: { name: 'memory', digest: 'd'.repeat(64) },
    mode: 'propose',
    changes: [],
    lines: [],
    watch: ['oom-killed'],
    verify: { windowMs: 15 * MINUTE, syncTimeoutMs: 10 * MINUTE, onHarm: 'revert' },
    proof: '',
    inputs: {},
    confidence: 0.95,
    mechanisms: 2,
    present: ['OOMKilled'],
    ...change,
  }
}

export function concluded(agoMs: number, verdict: Conclusion['verdict'], change: AttemptChange = {}): Attempt {
  return attempt(agoMs, { ...change, conclusion: { verdict, atMs: NOW - agoMs, because: '' } })
}

export function decideInput(change: Partial<DecideInput> = {}): DecideInput {
  return {
    diagnosis: diagnosis(),
    policies: [policy()],
    attempts: [],
    config: config(),
    binding: {
      cluster: 'prod-eu',
      namespace: 'shop',
      repositories: ['github.com/example/shop'],
      baseBranches: ['main'],
      paths: ['apps/**'],
    },
    openPulls: 0,
    openedLastHour: 0,
    warm: true,
    paused: false,
    frozen: false,
    nowMs: NOW,
    ...change,
  }
}

export function proof(change: Partial<Proof> = {}): Proof {
  return {
    rendered: true,
    isolation: 'isolated',
    changes: [
      {
        object: 'apps/Deployment shop/cart',
        path: 'spec.template.spec.containers[0].resources.limits.memory',
        before: '128Mi',
        after: '256Mi',
      },
    ],
    alsoReadBy: [],
    tools: ['helm 3.18.0'],
    inputs: { 'apps/cart/values.yaml': 'c'.repeat(40) },
    ...change,
  }
}

/** A merge that every gate lets pass. */
export function gateInput(change: Partial<GateInput> = {}): GateInput {
  const { diagnosis: found, config: settings, binding } = decideInput()
  return {
    diagnosis: found,
    policy: policy(),
    mode: 'automerge',
    config: settings,
    binding,
    attempts: [],
    changes: [{ field: 'resources.limits.memory', container: 'app', value: '256Mi' }],
    proof: proof(),
    renderMatch: 'same',
    baseBranch: 'main',
    baseInputs: { 'apps/cart/values.yaml': 'c'.repeat(40) },
    headIsOurs: true,
    files: ['apps/cart/values.yaml'],
    forge: 'github',
    requiredChecks: [{ name: 'ci', green: true }],
    reviews: { approvals: 0, changesRequested: 0 },
    paused: false,
    frozen: false,
    openPulls: 1,
    openedLastHour: 1,
    nowMs: NOW,
    ...change,
  }
}
