import type { AttemptRecord, Diagnosis, Gate, Proof, Pull, Series, SignalId } from '../../../src/domain/index.ts'
import { betaMean } from '../../../src/domain/index.ts'
import { type ChangeInput, chartOf } from '../../../src/server/index.ts'

export const MINUTE = 60_000
export const NOW = Date.UTC(2026, 10, 21, 9, 12, 0)
export const START = NOW - 90 * MINUTE
const Mi = 1024 * 1024
const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }
const HEAD = '4f2c9d10aa31be77c0de51f3a9b8e7d6c5b4a392'

export const pull: Pull = {
  number: 1,
  url: '/srv/gitops.git#1',
  state: 'merged',
  endedBy: 'bot',
  branch: 'kintsugi/cart-1a2b3c4d',
  base: 'main',
  headSha: HEAD,
  headIsOurs: true,
  mergeCommit: '9b1d6a2277f04c1e8d5a60b3f2e19c8847ad0b5e',
  title: 'fix(shop/cart): raise memory limit 32Mi -> 128Mi',
  body: '<script>alert(1)</script> never shown',
  createdAtMs: NOW - 41 * MINUTE,
  endedAtMs: NOW - 38 * MINUTE,
  files: ['apps/cart/overlays/prod/resources.yaml'],
  commitMessage: [
    'fix(shop/cart): raise memory limit 32Mi -> 128Mi',
    '',
    'Container app was OOM-killed twice since 08:11 at a limit of 32Mi.',
    '',
    'Kintsugi-Incident: demo/shop/Deployment/cart/OOMKilled/2026-11-21T08:11Z',
    'Kintsugi-Policy: cart-oom',
    'Kintsugi-Confidence: 0.95',
  ].join('\n'),
  comment: 'Resolved: no OOM kill and no restart for 15m at 9b1d6a2.\nThe highest working set was 93.4Mi of 128Mi.',
}

export const record: AttemptRecord = {
  schema: 1,
  kind: 'fix',
  lane: 'demo/shop/Deployment/cart',
  subject,
  incident: 'demo/shop/Deployment/cart/OOMKilled/2026-11-21T08:11Z',
  failure: 'OOMKilled',
  action: 'adjust-resources',
  episodeStartMs: NOW - 61 * MINUTE,
  decidedAtMs: NOW - 41 * MINUTE,
  base: { branch: 'main', revision: '0'.repeat(40) },
  application: { namespace: 'argocd', name: 'cart-prod' },
  policy: { name: 'cart-oom', digest: 'a'.repeat(64) },
  mode: 'automerge',
  changes: [{ field: 'resources.limits.memory', container: 'app', value: '128Mi' }],
  lines: ['apps/cart/overlays/prod/resources.yaml:14'],
  watch: ['oom-killed', 'restarts'],
  verify: { windowMs: 15 * MINUTE, syncTimeoutMs: 10 * MINUTE, onHarm: 'revert' },
  proof: 'b'.repeat(64),
  inputs: {},
  confidence: 0.95,
  mechanisms: 2,
  present: ['OOMKilled'],
}

export const diagnosis: Diagnosis = {
  subject,
  failure: 'OOMKilled',
  confidence: betaMean(19, 1),
  startMs: record.episodeStartMs,
  lastMs: NOW - 42 * MINUTE,
  evidence: [
    {
      signal: 'oom-killed',
      subject,
      atMs: NOW - 44 * MINUTE,
      value: 1,
      says: 'The container was last terminated with reason OOMKilled.',
      asked:
        'max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"})',
    },
    {
      signal: 'memory-working-set',
      subject,
      atMs: NOW - 46 * MINUTE,
      value: 31.4 * Mi,
      threshold: 32 * Mi,
      says: 'The working set reached 0.98 of the memory limit.',
      asked: 'max by (namespace, pod, container) (container_memory_working_set_bytes{container!=""})',
    },
  ],
  votes: [
    { model: 'isolation-forest', anomaly: true, score: 0.713, tail: 0.0021 },
    { model: 'arima', absent: 'too-little-data' },
  ],
  independentSignals: true,
  data: 'complete',
  watch: ['oom-killed', 'restarts'],
  observed: { memoryLimitBytes: 32 * Mi, oomLimitBytes: 32 * Mi },
  summary: 'Container app was OOM-killed twice since 08:11 at a memory limit of 32Mi, on two pods.',
}

export const gates: readonly Gate[] = [
  { name: 'policy', pass: true, value: 'cart-oom allows automerge' },
  { name: 'ceiling', pass: true, value: 'automerge' },
  { name: 'binding', pass: true, value: 'apps/** of main' },
  { name: 'confidence', pass: true, value: '0.95 >= 0.80' },
  { name: 'independent signals', pass: true, value: 'kube-state-metrics, cadvisor' },
  { name: 'proof', pass: true, value: '1 field of 1 object' },
  { name: 'base unchanged', pass: true, value: '6 inputs' },
  { name: 'window', pass: true, value: 'none set' },
]

export const proof: Proof = {
  rendered: true,
  isolation: 'none',
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
  inputs: {},
}

const BEFORE = `apiVersion: apps/v1
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
              memory: 32Mi
            limits:
              memory: 32Mi # sized for the old cache
              cpu: 200m
`

function series(signal: SignalId, at: (minute: number) => number): Series {
  return {
    signal,
    subject,
    startMs: START,
    stepMs: MINUTE,
    values: Float64Array.from({ length: 91 }, (_, minute) => at(minute)),
  }
}

/** Climbs to its limit, is killed, climbs again; then has room. Four samples are missing. */
export const chart = chartOf(
  series('memory-working-set', (minute) => {
    if (minute >= 20 && minute < 24) return Number.NaN
    if (minute >= 55) return (93.4 - 40 * Math.exp(-(minute - 55) / 6)) * Mi
    return Math.min(31.5, 14 + ((minute * 7) % 23) * 0.8) * Mi
  }),
  series('memory-limit', (minute) => (minute >= 55 ? 128 : 32) * Mi),
)

export const resolved: ChangeInput = {
  pull,
  nowMs: NOW,
  record,
  conclusion: {
    verdict: 'resolved',
    atMs: NOW - 20 * MINUTE,
    because: 'No OOM kill and no restart for 15m at 9b1d6a2, with 97 % of the expected samples.',
  },
  diagnosis,
  rationale:
    'The limit was hit while use still grew: next value of the scale that is at least twice the limit and 96Mi more.',
  edits: [{ file: 'apps/cart/overlays/prod/resources.yaml', line: 14, column: 23, before: '32Mi', after: '128Mi' }],
  files: [
    {
      path: 'apps/cart/overlays/prod/resources.yaml',
      before: BEFORE,
      after: BEFORE.replace('memory: 32Mi #', 'memory: 128Mi #'),
    },
  ],
  proof,
  gates,
  syncedAtMs: NOW - 36 * MINUTE,
  chart,
}

const { mergeCommit: _merge, endedAtMs: _ended, endedBy: _by, comment: _comment, ...stillOpen } = pull

/** The same proposal before anybody merged it. */
export const open: ChangeInput = {
  pull: { ...stillOpen, number: 2, state: 'open' },
  nowMs: NOW,
  record: { ...record, mode: 'propose' },
  diagnosis,
  gates: [...gates.slice(1), { name: 'policy', pass: false, value: 'propose', reason: 'awaiting-merge' }],
  ...(resolved.edits && { edits: resolved.edits }),
  ...(resolved.files && { files: resolved.files }),
  proof,
  chart,
}
