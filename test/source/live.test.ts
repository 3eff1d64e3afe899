import { describe, expect, it } from 'vitest'
import type { EditOutcome, Field, JsonObject, Manifest } from '../../src/domain/index.ts'
import { edit, type LocateResult, locate, memoryTree, readYaml } from '../../src/source/index.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/shop'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 2
  template:
    metadata:
      annotations:
        sidecar.istio.io/inject: "true"
    spec:
      containers:
        - name: app
          image: cart:1
          env:
            - name: TOKEN
              value: abc
          resources:
            limits:
              memory: 1Gi
              cpu: "1"
`
const HPA = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: cart
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: cart }
`

function parsed(text: string): Manifest {
  const read = readYaml(new TextEncoder().encode(text), 'live.yaml')
  if (!read.read) throw new Error(read.message)
  return read.documents[0]?.value as Manifest
}

function given(live: string | undefined, field: Field, container?: string, files: Record<string, string> = {}) {
  const tree = memoryTree({ 'app/a.yaml': DEPLOYMENT, ...files })
  const source: JsonObject = { repoURL: REPO, path: 'app' }
  return {
    application: applicationOf({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'cart', namespace: 'argocd' },
      spec: { source, destination: { namespace: 'shop' } },
    }),
    sources: { tree: () => tree },
    deps: { helm: undefined, isolation: 'none' as const },
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart', ...(container && { container }) },
    field,
    ...(live === undefined ? {} : { live: parsed(live) }),
  }
}

function saidBy(result: LocateResult): string {
  if (!result.located) return `${result.reason}: ${result.message}`
  const { editRefused: refusal } = result.location
  return refusal === undefined ? 'located' : `at ${result.location.line}: ${refusal.reason}: ${refusal.message}`
}

function saidOf(outcome: EditOutcome): string {
  return outcome.outcome === 'refused' ? `${outcome.reason}: ${outcome.message}` : outcome.outcome
}

const NAMED = DEPLOYMENT.replace('  name: cart', '  name: cart\n  namespace: shop')
const LIMIT = 'resources.limits.memory'

describe('the object of the cluster', () => {
  it.each<[string, string, Field, string]>([
    ['is the same', NAMED, LIMIT, 'located'],
    ['has the same quantity in other words', NAMED.replace('1Gi', '1024Mi'), LIMIT, 'located'],
    ['has the same CPU in other words', NAMED.replace('cpu: "1"', 'cpu: 1000m'), 'resources.limits.cpu', 'located'],
    ['has containers before it', NAMED.replace('- name: app', '- name: first\n        - name: app'), LIMIT, 'located'],
    [
      'has requests as the limits',
      NAMED.replace('limits:', 'requests: { memory: 1Gi }\n            limits:'),
      'resources.requests.memory',
      'located',
    ],
    ['has its image pinned', NAMED.replace('cart:1', `cart:1@sha256:${'a'.repeat(64)}`), 'image', 'located'],
    [
      'has another limit',
      NAMED.replace('1Gi', '2Gi'),
      LIMIT,
      'at 20: render-mismatch: resources.limits.memory: Git renders "1Gi", the cluster has "2Gi"',
    ],
    [
      'has no limit',
      NAMED.replace('memory: 1Gi', 'storage: 1Gi'),
      LIMIT,
      'at 20: render-mismatch: resources.limits.memory: Git renders "1Gi", the cluster has nothing',
    ],
    [
      'has other replicas',
      NAMED.replace('replicas: 2', 'replicas: 5'),
      'replicas',
      'at 6: render-mismatch: replicas: Git renders 2, the cluster has 5',
    ],
    [
      'has another secret',
      NAMED.replace('abc', 'xyz'),
      'env.TOKEN',
      'at 17: render-mismatch: env.TOKEN: Git renders another value, the cluster has another value',
    ],
    [
      'has no such container',
      NAMED.replace('- name: app', '- name: other'),
      LIMIT,
      "at 20: render-mismatch: Git renders app, which the cluster's Deployment does not have",
    ],
    [
      'is another object',
      NAMED.replace('name: cart', 'name: card'),
      LIMIT,
      'at 20: render-mismatch: the object of the cluster that was given is apps/Deployment shop/card, not apps/Deployment shop/cart',
    ],
    [
      'is of another namespace',
      NAMED.replace('namespace: shop', 'namespace: stop'),
      LIMIT,
      'at 20: render-mismatch: the object of the cluster that was given is apps/Deployment stop/cart, not apps/Deployment shop/cart',
    ],
  ])('%s', async (_, live, field, expected) => {
    expect(saidBy(await locate(given(live, field)))).toBe(expected)
  })

  it('is of another Application, by its tracking annotation, unless that was copied', async () => {
    const tracked = (id: string) =>
      NAMED.replace('metadata:\n', `metadata:\n  annotations:\n    argocd.argoproj.io/tracking-id: ${id}\n`)
    const asked = async (id: string) => saidBy(await locate(given(tracked(id), LIMIT)))
    expect(await asked('cart:apps/Deployment:shop/cart')).toBe('located')
    expect(await asked('argocd_cart:apps/Deployment:shop/cart')).toBe('located')
    expect(await asked('other:apps/Deployment:shop/copied')).toBe('located')
    expect(await asked('other:apps/Deployment:shop/cart')).toBe(
      'at 20: render-mismatch: apps/Deployment shop/cart is deployed by Application other, not by cart',
    )
  })

  it('has replicas of its own where an autoscaler is rendered', async () => {
    const live = NAMED.replace('replicas: 2', 'replicas: 5')
    expect(saidBy(await locate(given(live, 'replicas', undefined, { 'app/hpa.yaml': HPA })))).toBe('located')
    const another = HPA.replace('name: cart }', 'name: other }')
    expect(saidBy(await locate(given(live, 'replicas', undefined, { 'app/hpa.yaml': another })))).toMatch(/mismatch/)
  })

  it('has one replica where none are written', async () => {
    const bare = { 'app/a.yaml': DEPLOYMENT.replace('  replicas: 2\n', '') }
    expect(saidBy(await locate(given(NAMED.replace(': 2', ': 1'), 'replicas', undefined, bare)))).toBe('located')
    expect(saidBy(await locate(given(NAMED.replace(': 2', ': 3'), 'replicas', undefined, bare)))).toMatch(
      /replicas: Git renders nothing, the cluster has 3$/,
    )
  })

  it('tells who most likely injected a container', async () => {
    const live = NAMED.replace(
      '      containers:',
      '      containers:\n        - name: istio-proxy\n          image: p:1',
    )
    expect(saidBy(await locate(given(live, LIMIT, 'istio-proxy')))).toBe(
      "injected: container istio-proxy is in the cluster's object, most likely by Istio (sidecar.istio.io/inject), and not in Git, which has app",
    )
    const unknown = live.replace('istio-proxy', 'helper')
    expect(saidBy(await locate(given(unknown, LIMIT, 'helper')))).toMatch(/^injected: .* cluster's object, and not/)
  })
})

describe('an edit', () => {
  const asked = async (live: string, value: string) =>
    saidOf(await edit({ ...given(live, LIMIT), changes: [{ field: LIMIT, value }] }))

  it('is made where the cluster has what Git renders', async () => {
    expect(await asked(NAMED, '2Gi')).toBe('edited')
  })

  it('is not made on what the cluster does not have', async () => {
    expect(await asked(NAMED.replace('1Gi', '512Mi'), '2Gi')).toBe(
      'render-mismatch: resources.limits.memory: Git renders "1Gi", the cluster has "512Mi"',
    )
  })

  it('is already made though it has not reached the cluster', async () => {
    expect(await asked(NAMED.replace('1Gi', '512Mi'), '1024Mi')).toBe('already-set')
  })
})
