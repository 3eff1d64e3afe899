import { describe, expect, it } from 'vitest'
import type { Field, Tree } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { locationOf } from '../../../src/source/locate.ts'
import { placesFor } from '../../../src/source/places.ts'
import { questionOf, readersLookup } from '../../../src/source/question.ts'
import { isRefused } from '../../../src/source/refused.ts'
import { type RenderedState, renderState } from '../../../src/source/render.ts'
import { applicationOf } from '../golden.ts'

const DEPLOYMENT = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 2
  template:
    metadata:
      annotations:
        note: hello
    spec:
      containers:
        - name: app
          image: shop/${name}:1.0
          env:
            - {name: MODE, value: fast}
          resources:
            limits: {memory: 64Mi, cpu: 500m}
            requests: {memory: 64Mi}
        - name: proxy
          image: proxy:2
`
const FILES = {
  'base/kustomization.yaml': 'resources: [cart.yaml, web.yaml]\nnamePrefix: p-\n',
  'base/cart.yaml': DEPLOYMENT('cart'),
  'base/web.yaml': DEPLOYMENT('web'),
  'prod/kustomization.yaml': `resources: [../base]
images:
  - name: shop/web
    newTag: "3.0"
replicas:
  - {name: cart, count: 4}
patches:
  - path: memory.yaml
  - target: {kind: Deployment, name: p-web}
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/resources/limits/cpu
        value: "1"
`,
  'prod/memory.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: p-cart}
spec:
  template:
    spec:
      containers:
        - name: app
          resources: {limits: {memory: 128Mi}}
`,
}

/** Counts how often a file is read: once by each build. */
function counting(tree: Tree): { readonly tree: Tree; readonly builds: () => number } {
  let count = 0
  const bytes = (path: string): Uint8Array | undefined => {
    if (path === 'base/kustomization.yaml') count += 1
    return tree.bytes(path)
  }
  return { tree: { ...tree, oid: tree.oid, bytes }, builds: () => count }
}

const application = applicationOf({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://example.com/a.git', targetRevision: 'main', path: 'prod' },
    destination: { namespace: 'shop', name: 'prod' },
  },
})

async function stateOf(tree: Tree) {
  const deps = { helm: undefined, isolation: 'process' as const }
  const state = await renderState(application, { tree: () => tree }, deps)
  if (isRefused(state)) throw new Error(state.message)
  return { state, deps, tree }
}

async function find(given: Awaited<ReturnType<typeof stateOf>>, name: string, field: Field, container = 'app') {
  const { state, deps, tree } = given
  const target = { kind: 'Deployment', namespace: 'shop', name, container }
  const lookup = { application, sources: { tree: () => tree }, deps, target }
  const question = questionOf(
    lookup,
    state as RenderedState,
    { field },
    readersLookup(lookup, (one) => one),
  )
  if (isRefused(question)) throw new Error(question.message)
  const place = (await placesFor(question)).find((one) => !isRefused(one))
  if (place === undefined || isRefused(place)) throw new Error('no place')
  const location = locationOf(place, question)
  return isRefused(location) ? location.message : `${location.file}:${location.line} ${location.by} ${location.text}`
}

describe('one trace for all fields', () => {
  it.each<[string, Field, string]>([
    ['p-cart', 'resources.limits.memory', 'prod/memory.yaml:9 strategic-patch 128Mi'],
    ['p-cart', 'resources.requests.memory', 'base/cart.yaml:18 manifest 64Mi'],
    ['p-cart', 'resources.limits.cpu', 'base/cart.yaml:17 manifest 500m'],
    ['p-cart', 'replicas', 'prod/kustomization.yaml:6 replicas 4'],
    ['p-cart', 'image', 'base/cart.yaml:13 manifest shop/cart:1.0'],
    ['p-cart', 'env.MODE', 'base/cart.yaml:15 manifest fast'],
    ['p-cart', 'annotations.note', 'base/cart.yaml:9 manifest hello'],
    ['p-web', 'image', 'prod/kustomization.yaml:4 images "3.0"'],
    ['p-web', 'resources.limits.cpu', 'prod/kustomization.yaml:13 json-patch "1"'],
    ['p-web', 'resources.limits.memory', 'base/web.yaml:17 manifest 64Mi'],
    ['p-web', 'replicas', 'base/web.yaml:5 manifest 2'],
    ['p-web', 'resources.requests.cpu', 'base/web.yaml:18 manifest '],
    ['p-web', 'path:/spec/template/metadata/annotations/note', 'base/web.yaml:9 manifest hello'],
  ])('%s %s', async (name, field, expected) => {
    expect(await find(await stateOf(memoryTree(FILES)), name, field)).toBe(expected)
  })

  it('costs no build more, however many fields are asked for', async () => {
    const { tree, builds } = counting(memoryTree(FILES))
    const given = await stateOf(tree)
    // These build twice, and look up who else reads the base.
    await find(given, 'p-cart', 'resources.limits.memory')
    await find(given, 'p-cart', 'resources.limits.cpu')
    const before = builds()
    for (const name of ['p-cart', 'p-web'])
      for (const field of ['resources.requests.memory', 'replicas', 'image', 'env.MODE', 'annotations.note'] as const)
        await find(given, name, field)
    await find(given, 'p-web', 'resources.requests.cpu')
    expect(builds()).toBe(before)
  })
})
