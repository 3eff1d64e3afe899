import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Attempt,
  type AttemptRecord,
  betaMean,
  blobOid,
  type Diagnosis,
  type Plan,
  type Policy,
  type Proposal,
  type Pull,
  type Series,
  type SignalAnswer,
  type Subject,
  type Tree,
} from '../../src/domain/index.ts'
import { attemptRecord, loadTemplates, type ProposalInput } from '../../src/proposal/index.ts'

const FOLDER = resolve(import.meta.dirname, '../../templates')
export const templates = loadTemplates((file) => readFileSync(join(FOLDER, file), 'utf8'))

export const START = Date.UTC(2026, 10, 21, 7, 0, 30)
export const NOW = START + 20 * 60_000
export const FILE = 'apps/cart/values-prod.yaml'
export const SOURCE = 'env: {TOKEN: hunter2}\nresources:\n  limits:\n    memory: 32Mi # tuned\n'

export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  return {
    oid: '0'.repeat(40),
    paths: () => [...bytes.keys()].sort(),
    bytes: (path) => bytes.get(path),
    blob: (path) => {
      const content = bytes.get(path)
      return content && blobOid(content)
    },
    special: () => undefined,
  }
}

export const cart: Subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }

export function seriesOf(values: readonly number[], subject = cart): Series {
  const startMs = Math.floor(START / 60_000) * 60_000
  return { signal: 'memory-working-set', subject, startMs, stepMs: 60_000, values: Float64Array.from(values) }
}

export function answersOf(series: Series): readonly SignalAnswer[] {
  return [{ signal: series.signal, status: 'ok', series: [series], asked: 'container_memory_working_set_bytes' }]
}

export const diagnosis: Diagnosis = {
  subject: cart,
  failure: 'OOMKilled',
  confidence: betaMean(19, 1),
  startMs: START,
  lastMs: NOW - 60_000,
  evidence: [
    {
      signal: 'oom-killed',
      subject: cart,
      atMs: NOW - 60_000,
      value: 1,
      threshold: 1,
      says: 'container app was OOM-killed twice',
      asked: 'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}',
    },
    {
      signal: 'memory-working-set',
      subject: cart,
      atMs: NOW - 120_000,
      value: 32 * 1024 ** 2 * 0.98,
      threshold: 32 * 1024 ** 2,
      says: 'working set at 98 % of the limit',
      asked: 'container_memory_working_set_bytes{pod=~"cart-.*|cart"}',
    },
  ],
  votes: [{ model: 'isolation-forest', anomaly: true, score: 0.7, tail: 0.01 }],
  independentSignals: true,
  data: 'complete',
  watch: ['oom-killed'],
  observed: { memoryLimitBytes: 32 * 1024 ** 2, memoryPeakBytes: 31 * 1024 ** 2 },
  summary: 'Container app of shop/cart was OOM-killed twice within 20 minutes.',
}

export const plan: Plan = {
  subject: cart,
  action: 'adjust-resources',
  changes: [{ field: 'resources.limits.memory', container: 'app', value: '128Mi' }],
  rationale:
    'The limit is raised from 32Mi to 128Mi: the next step of the scale after an OOM kill without a usable peak.',
  title: 'raise memory limit 32Mi -> 128Mi',
  watch: ['oom-killed'],
}

export const policy: Policy = {
  name: 'shop-memory',
  origin: { from: 'repository', repo: 'example.com/shop/gitops', file: '.kintsugi/policies/memory.yaml' },
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
  verify: { windowMs: 900_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
  digest: 'ab'.repeat(32),
}

const edits = [{ file: FILE, line: 4, column: 13, before: '32Mi', after: '128Mi' }]

const proof: ProposalInput['proof'] = {
  rendered: true,
  isolation: 'process',
  changes: [
    {
      object: 'apps/Deployment shop/cart',
      path: 'spec.template.spec.containers[0].resources.limits.memory',
      before: '32Mi',
      after: '128Mi',
    },
  ],
  alsoReadBy: [],
  tools: ['kintsugi-kustomize'],
  inputs: { [FILE]: blobOid(new TextEncoder().encode(SOURCE)) },
}

export const record: AttemptRecord = attemptRecord({
  diagnosis,
  plan,
  edits,
  proof,
  policy,
  mode: 'automerge',
  base: { branch: 'main', revision: '1'.repeat(40) },
  application: { namespace: 'argocd', name: 'shop' },
  present: ['OOMKilled'],
  decidedAtMs: NOW,
})

export const input: ProposalInput = {
  record,
  diagnosis,
  plan,
  edits,
  files: [{ path: FILE, content: new TextEncoder().encode(SOURCE.replace('32Mi', '128Mi')) }],
  proof,
  policy,
  tree: treeOf({ [FILE]: SOURCE }),
  prefix: 'kintsugi',
  version: '0.1.0',
}

/** The pull request that a forge would show for a proposal. */
export function pullOf(proposal: Proposal, change: Partial<Pull> = {}): Pull {
  return {
    number: 7,
    url: 'https://forge.example/shop/pulls/7',
    state: 'open',
    branch: proposal.branch,
    base: proposal.base.branch,
    headSha: '2'.repeat(40),
    headIsOurs: true,
    title: proposal.title,
    body: proposal.body,
    createdAtMs: NOW,
    files: proposal.files.map((file) => file.path),
    commitMessage: proposal.commitMessage,
    ...change,
  }
}

export function attemptOf(proposal: Proposal): Attempt {
  return { pull: pullOf(proposal), record: proposal.record }
}
