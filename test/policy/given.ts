import { defaultConfig } from '../../src/config.ts'
import {
  type Attempt,
  type AttemptRecord,
  type BaseRules,
  type CheckFact,
  type Conclusion,
  type Config,
  type Diagnosis,
  measuredConfidence,
  NO_RULES,
  type Policy,
  type Proof,
  type Pull,
  type PullFacts,
  type ReviewFact,
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
      acceptConclusions: [],
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

export const HEAD = 'a'.repeat(40)
export const CI_APP = 15_368
export const OWN_APP = 777

export function rules(change: Partial<BaseRules> = {}): BaseRules {
  return { ...NO_RULES, requiredChecks: [{ name: 'ci', app: CI_APP }], ...change }
}

export function check(change: Partial<CheckFact> = {}): CheckFact {
  return { name: 'ci', app: CI_APP, state: 'green', sha: HEAD, completedAtMs: NOW - MINUTE, ...change }
}

export function review(change: Partial<ReviewFact> & { readonly login?: string } = {}): ReviewFact {
  const { login = 'robin', ...rest } = change
  return { by: { login, kind: 'user' }, state: 'approved', sha: HEAD, atMs: NOW - MINUTE, counts: true, ...rest }
}

export function facts(change: Partial<PullFacts> = {}): PullFacts {
  return {
    sha: HEAD,
    draft: false,
    mergeable: 'yes',
    state: 'clean',
    checks: [check()],
    reviews: [],
    unresolvedConversations: 0,
    disarmedByPerson: false,
    inMergeQueue: false,
    verified: true,
    pushedAtMs: NOW - 10 * MINUTE,
    ...change,
  }
}

export function gatePull(change: Partial<GateInput['pull']> = {}): GateInput['pull'] {
  return {
    headSha: HEAD,
    headIsOurs: true,
    branch: 'kintsugi/cart-1a2b3c4d',
    commitMessage: 'fix(cart): raise memory limit',
    createdAtMs: NOW - 10 * MINUTE,
    files: ['apps/cart/values.yaml'],
    facts: facts(),
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
    historyKnown: true,
    changes: [{ field: 'resources.limits.memory', container: 'app', value: '256Mi' }],
    proof: proof(),
    renderMatch: 'same',
    baseBranch: 'main',
    baseInputs: { 'apps/cart/values.yaml': 'c'.repeat(40) },
    forge: 'github',
    pull: gatePull(),
    rules: rules(),
    method: 'squash',
    self: { login: 'kintsugi', app: OWN_APP, check: 'kintsugi' },
    owners: { read: 'none' },
    audit: 'ok',
    drifted: [],
    paused: false,
    frozen: false,
    openPulls: 1,
    openedLastHour: 1,
    nowMs: NOW,
    ...change,
  }
}
