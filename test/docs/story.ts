import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AttemptRecord,
  betaMean,
  blobOid,
  type CommandAnswer,
  type Diagnosis,
  type Evidence,
  formatAuditHead,
  type Gate,
  type Plan,
  type Policy,
  type Proof,
  type Series,
  type Subject,
} from '../../src/domain/index.ts'
import { gates, POLICY_API_VERSION, parsePolicies } from '../../src/policy/index.ts'
import {
  answerText,
  attemptRecord,
  checkText,
  conclusionText,
  type DashboardState,
  dashboardText,
  noteText,
  type ProposalInput,
  writeOnboarding,
  writeProposal,
  writeRevert,
} from '../../src/proposal/index.ts'
import { CI_APP, check as ciCheck, facts, gateInput, gatePull, rules } from '../policy/given.ts'
import { pullOf, templates, treeOf } from '../proposal/fixtures.ts'
import { ROOT } from './pages.ts'

// One story, told by the writers of the product: cart of the shop is OOM-killed on a Tuesday and mended; a fix of search is taken back.

const MINUTE = 60_000
const MEBI = 1024 ** 2
const SEEN = Date.UTC(2026, 10, 24, 9, 26)
const START = SEEN - 22 * MINUTE
const PROMETHEUS = 'https://prometheus.shop.example'
const WEB = 'https://github.com/example/shop-gitops'
const FILE = 'apps/cart/overlays/prod/resources.yaml'
const POLICY_FILE = '.kintsugi/policies/cart.yaml'
const BASE = { branch: 'main', revision: '5b1f0c7e9a3d24861f7c0be2d94a6e38175c02fd' }

const subject: Subject = { cluster: 'prod-eu', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }

const SOURCE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      containers:
        - name: app
          resources:
            requests:
              memory: 384Mi
            limits:
              memory: 512Mi
`

/** Six hours of a working set that creeps up, is killed at its limit, and comes back sooner each time. */
function memory(): Series {
  const values = Float64Array.from({ length: 360 }, (_, minute) => {
    const calm = 300 + 0.32 * minute + 14 * Math.sin(minute / 9)
    const since = minute - 338
    const level = since < 0 ? calm : 330 + (since % 11) * 17
    return Math.min(level, 511) * MEBI
  })
  return { signal: 'memory-working-set', subject, startMs: SEEN - 360 * MINUTE, stepMs: MINUTE, values }
}

const killed: Evidence = {
  signal: 'oom-killed',
  subject,
  atMs: SEEN - MINUTE,
  value: 1,
  threshold: 1,
  says: 'last terminated with reason OOMKilled within the last 15 minutes',
  asked:
    'max by (namespace,pod,container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled",namespace="shop"})',
}
const full: Evidence = {
  signal: 'memory-working-set',
  subject,
  atMs: SEEN - 2 * MINUTE,
  value: 500 * MEBI,
  threshold: 0.9 * 512 * MEBI,
  says: 'working set of the container, at 0.9 of its memory limit or above',
  asked: 'max by (namespace,pod,container) (container_memory_working_set_bytes{namespace="shop",container="app"})',
}

const diagnosis: Diagnosis = {
  subject,
  failure: 'OOMKilled',
  confidence: betaMean(27, 1),
  startMs: START,
  lastMs: SEEN - MINUTE,
  evidence: [killed, full],
  votes: [
    { model: 'isolation-forest', anomaly: true, score: 0.71, tail: 0.004 },
    { model: 'arima', anomaly: true, score: 5.2, tail: 0.001 },
    { model: 'prophet', anomaly: false, score: 1.1, tail: 0.2 },
    { model: 'lstm', absent: 'too-little-data' },
  ],
  independentSignals: true,
  data: 'complete',
  watch: ['oom-killed'],
  observed: { memoryLimitBytes: 512 * MEBI },
  summary: 'container app of shop/cart was OOM-killed under a memory limit of 512Mi, since 2026-11-24T09:04:00Z.',
}

const plan: Plan = {
  subject,
  action: 'adjust-resources',
  changes: [
    { field: 'resources.requests.memory', container: 'app', value: '768Mi' },
    { field: 'resources.limits.memory', container: 'app', value: '1Gi' },
  ],
  rationale:
    'Raise the memory limit from 512Mi to 1Gi, twice what it was killed under, and the request from 384Mi to 768Mi. The QoS class stays Burstable.',
  title: 'raise memory limit 512Mi -> 1Gi',
  watch: ['oom-killed'],
}

function policyOf(): Policy {
  const text = readFileSync(join(ROOT, 'docs/examples/policies/oom-automerge.yaml'), 'utf8')
  const origin = { from: 'repository', repo: 'github.com/example/shop-gitops', file: POLICY_FILE } as const
  const [policy] = parsePolicies(text, POLICY_FILE, origin).policies
  if (policy === undefined) throw new Error('the policy of the examples is not valid')
  return policy
}

const PATH = 'spec.template.spec.containers[app].resources'
const OBJECT = 'apps/Deployment shop/cart'

const proof: Proof = {
  rendered: true,
  isolation: 'isolated',
  changes: [
    { object: OBJECT, path: `${PATH}.requests.memory`, before: '384Mi', after: '768Mi' },
    { object: OBJECT, path: `${PATH}.limits.memory`, before: '512Mi', after: '1Gi' },
  ],
  alsoReadBy: [],
  tools: ['kintsugi-kustomize'],
  inputs: { [FILE]: blobOid(new TextEncoder().encode(SOURCE)) },
}

const edits = [
  { file: FILE, line: 12, column: 23, before: '384Mi', after: '768Mi' },
  { file: FILE, line: 14, column: 23, before: '512Mi', after: '1Gi' },
]

const policy = policyOf()
const record: AttemptRecord = attemptRecord({
  ...{ diagnosis, plan, edits, proof, policy, mode: 'automerge', base: BASE },
  application: { namespace: 'argocd', name: 'shop-prod' },
  present: ['OOMKilled'],
  decidedAtMs: SEEN,
  publicId: 'rem-20261124-001',
  audit: formatAuditHead({ writer: 'kintsugi-0', sequence: 12, digest: '5fe2d09c71b3a846' }),
})

const told = {
  tree: treeOf({ [FILE]: SOURCE }),
  prefix: 'kintsugi',
  version: '0.1.0',
  commands: true,
  web: WEB,
  prometheus: PROMETHEUS,
  workload: { replicas: 3 },
  owners: ['@example/shop-sre'],
} as const

const input: ProposalInput = {
  ...{ ...told, record, diagnosis, plan, policy, edits, proof },
  files: [],
  answers: [{ signal: 'memory-working-set', status: 'ok', series: [memory()], asked: full.asked }],
  siblings: [
    { application: 'shop-stage', file: 'apps/cart/overlays/stage/resources.yaml', line: 14, value: '512Mi' },
    { application: 'shop-dev', file: 'apps/cart/base/deployment.yaml', line: 31, value: '256Mi' },
  ],
}
const fix = writeProposal(input, templates)

// The second half: more CPU was asked for search, no node had room for it, and the fix is taken back.

const SEARCH_FILE = 'apps/search/overlays/prod/resources.yaml'
const SEARCH_SOURCE = SOURCE.replace('cart', 'search')
  .replace('memory: 384Mi', 'cpu: 250m')
  .replace('memory: 512Mi', 'cpu: 500m')
const search: Subject = { ...subject, name: 'search' }
const SEARCH_OBJECT = 'apps/Deployment shop/search'

const stuck: Evidence = {
  signal: 'unschedulable',
  subject: { cluster: 'prod-eu', namespace: 'shop', kind: 'Deployment', name: 'search' },
  atMs: SEEN + 31 * MINUTE,
  value: 1,
  threshold: 1,
  says: 'a pod is unschedulable',
  asked: 'max by (namespace,pod) (kube_pod_status_unschedulable{namespace="shop"})',
}

const asked: Plan = {
  subject: search,
  action: 'adjust-resources',
  changes: [{ field: 'resources.requests.cpu', container: 'app', value: '1500m' }],
  rationale: 'Raise the CPU request from 250m to 1500m, what it used at its busiest.',
  title: 'raise CPU request 250m -> 1500m',
  watch: ['cpu-throttled'],
}
const searchEdit = { file: SEARCH_FILE, line: 12, column: 20, before: '250m', after: '1500m' }
const searchChange = { object: SEARCH_OBJECT, path: `${PATH}.requests.cpu`, before: '250m', after: '1500m' }
const searchProof: Proof = {
  ...proof,
  changes: [searchChange],
  inputs: { [SEARCH_FILE]: blobOid(new TextEncoder().encode(SEARCH_SOURCE)) },
}
const searchPolicy: Policy = { ...policy, name: 'search-cpu', failure: 'CPUThrottling' }
const searchRecord: AttemptRecord = attemptRecord({
  diagnosis: { ...diagnosis, subject: search, failure: 'CPUThrottling', evidence: [] },
  ...{ plan: asked, edits: [searchEdit], proof: searchProof, policy: searchPolicy, mode: 'automerge', base: BASE },
  application: { namespace: 'argocd', name: 'shop-prod' },
  present: ['CPUThrottling'],
  decidedAtMs: SEEN,
  publicId: 'rem-20261124-002',
})
const searchFix = pullOf(fix, { number: 119, state: 'merged', title: `fix(search): ${asked.title}` })

const because = 'Unschedulable of shop/search began 2m after the sync of the merged revision; it was not there before.'
const revert = writeRevert(
  {
    ...told,
    record: {
      ...searchRecord,
      kind: 'revert',
      decidedAtMs: SEEN + 32 * MINUTE,
      reverts: 119,
      watch: ['unschedulable'],
    },
    edits: [{ ...searchEdit, before: '1500m', after: '250m' }],
    tree: treeOf({ [SEARCH_FILE]: SEARCH_SOURCE.replace('250m', '1500m') }),
    files: [],
    proof: { ...searchProof, changes: [{ ...searchChange, before: '1500m', after: '250m' }] },
    reverted: { pull: searchFix, record: searchRecord },
    because,
    evidence: [stuck],
    approvers: ['ada', 'grace'],
    rules: policy.pullRequest,
  },
  templates,
)

/** Judged as the bot judges them: one check of another App still runs. */
const GATES: readonly Gate[] = gates(
  gateInput({
    ...{ diagnosis, policy, proof, changes: plan.changes, baseInputs: proof.inputs, nowMs: SEEN + MINUTE },
    binding: {
      ...{ cluster: 'prod-eu', namespace: 'shop', baseBranches: ['main'], paths: ['apps/**'] },
      repositories: [`${WEB}`],
    },
    rules: rules({ requiredChecks: [{ name: 'ci/render', app: CI_APP }] }),
    pull: gatePull({
      ...{ branch: fix.branch, commitMessage: fix.commitMessage, files: [FILE], createdAtMs: SEEN },
      facts: facts({
        pushedAtMs: SEEN,
        state: 'blocked',
        checks: [ciCheck({ name: 'ci/render', state: 'running' })],
      }),
    }),
  }),
)

const snoozed: CommandAnswer = {
  ...{ id: '2891', by: 'ada', role: 'maintain', command: 'snooze', accepted: true, atMs: SEEN + 3 * MINUTE },
  untilMs: SEEN + 7 * 24 * 60 * MINUTE,
}

const dashboard: DashboardState = {
  open: [{ pull: 120, title: revert.title, waiting: [{ gate: 'required checks', reason: 'checks-pending' }] }],
  held: [{ subject: { ...subject, name: 'mailer' }, pull: 97, by: 'ada', untilMs: SEEN + 7 * 24 * 60 * MINUTE }],
  refused: [
    { subject: { ...subject, name: 'ledger' }, failure: 'MemoryLeak', reason: 'at-maximum' },
    { subject: { ...subject, name: 'web' }, failure: 'CPUThrottling', reason: 'owned-by-autoscaler' },
  ],
  limits: [
    { says: 'open pull requests of cart-memory', used: 1, most: 3 },
    { says: 'opened within the hour by cart-memory', used: 2, most: 5 },
  ],
  breaker: [],
  stopped: [],
}

const onboarding = writeOnboarding({
  branch: 'kintsugi/onboarding',
  base: BASE,
  applications: [
    { name: 'shop-dev', path: 'apps/cart/overlays/dev', namespace: 'shop-dev', workloads: 4 },
    { name: 'shop-prod', path: 'apps/cart/overlays/prod', namespace: 'shop', workloads: 4 },
    { name: 'shop-stage', path: 'apps/cart/overlays/stage', namespace: 'shop-stage', workloads: 4 },
  ],
  would: [{ subject, failure: 'OOMKilled', file: FILE, line: 14, before: '512Mi', after: '1Gi' }],
  lookedBackMs: 7 * 24 * 3_600_000,
  apiVersion: POLICY_API_VERSION,
  audience: 'private',
})

const quiet = 'oom-killed stayed quiet for 15m at the merged revision, with 45 of 45 samples.'
const check = checkText(GATES)

function titled(title: string, body: string): string {
  return `# ${title}\n\n${body}`
}

/** File of docs/examples -> what the bot writes in the story. */
export const STORY: ReadonlyMap<string, string> = new Map([
  ['onboarding.md', titled(onboarding.title, onboarding.body)],
  ['pull-request.md', titled(fix.title, fix.body)],
  ['commit-message.txt', fix.commitMessage],
  ['check-run.md', titled(check.title, check.summary)],
  ['answer.md', answerText(snoozed, ['this workload is left alone until 2026-12-01T09:26:00Z'])],
  [
    'living-comment.md',
    conclusionText({ verdict: 'resolved', atMs: SEEN + 40 * MINUTE, because: quiet }, record, templates),
  ],
  [
    'living-comment-harmful.md',
    conclusionText({ verdict: 'harmful', atMs: SEEN + 32 * MINUTE, because }, searchRecord, templates, [stuck]),
  ],
  ['revert.md', titled(revert.title, revert.body)],
  ['dashboard.md', titled('Kintsugi dashboard', dashboardText(dashboard))],
  [
    'note.md',
    noteText({ ...diagnosis, failure: 'MemoryLeak' }, 'at-maximum', templates, {
      message: 'the next step would be 4Gi, and the policy allows 2Gi',
    }),
  ],
])
