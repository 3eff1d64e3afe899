import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import type { EditOutcome, FieldChange, Manifest } from '../../src/domain/index.ts'
import { edit, type Target } from '../../src/source/index.ts'
import { applicationOf } from './golden.ts'
import { chartTree } from './real-chart.ts'

const APPLICATION: Manifest = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    source: {
      repoURL: 'https://example.com/gitops.git',
      path: 'charts/shop',
      helm: { valueFiles: ['/envs/prod.yaml'] },
    },
    destination: { namespace: 'shop', name: 'prod' },
  },
}

const CART: Target = { kind: 'Deployment', namespace: 'shop', name: 'shop-cart' }
const CHECKOUT: Target = { kind: 'Deployment', namespace: 'shop', name: 'shop-checkout' }
const AUDIT: Target = { kind: 'StatefulSet', namespace: 'shop', name: 'audit' }

const candidates = ['helm3', 'helm4'].map((name) => ({
  name,
  path: resolve(import.meta.dirname, '../../.tools', name),
}))
const named = process.env['KINTSUGI_HELM']
/** The second helm that is here is left to CI: some of the golden edits go through it all the same. */
const taken = process.env['KINTSUGI_N'] === undefined ? candidates.slice(0, 1) : candidates
const tools = named === undefined ? taken : [{ name: 'KINTSUGI_HELM', path: named }]

for (const tool of tools) {
  const renderer = helmRenderer({ path: tool.path })
  const version = await renderer.version()
  if (version === undefined) console.log(`skipped: tracing through ${tool.name}, which is not there (npm run tools)`)

  describe.skipIf(version === undefined)(`edits through ${version ?? tool.name}`, () => {
    const run = (target: Target, ...changes: readonly FieldChange[]): Promise<EditOutcome> =>
      edit({
        application: applicationOf(APPLICATION),
        sources: { tree: () => chartTree },
        deps: { helm: renderer.render, isolation: renderer.isolation },
        target,
        changes,
      })
    const file = (outcome: EditOutcome): string =>
      outcome.outcome === 'edited' ? new TextDecoder().decode(outcome.files[0]?.content) : JSON.stringify(outcome)

    it("inserts a subchart's value under its alias, though a Secret differs in every render", async () => {
      const outcome = await run(CART, { field: 'resources.limits.memory', value: '128Mi' })
      expect(file(outcome)).toBe(`# production
checkout:
  image:
    tag: v3.4.1
cart:
  resources:
    limits:
      memory: 128Mi
`)
      expect(outcome.outcome === 'edited' && outcome.proof).toMatchObject({
        isolation: 'process',
        changes: [
          { path: 'spec.template.spec.containers[cart].resources.limits.memory', before: '64Mi', after: '128Mi' },
        ],
        tools: [version],
      })
    })

    it('edits the tag that the last layer defines', async () => {
      const outcome = await run(CHECKOUT, { field: 'image', value: 'registry.example.com/web:v3.4.0' })
      expect(file(outcome)).toContain('    tag: v3.4.0\n')
    })

    it('inserts a tag where the version of the chart was the default', async () => {
      const outcome = await run(CART, { field: 'image', value: 'registry.example.com/web:3.3.9' })
      expect(file(outcome)).toContain('cart:\n  image:\n    tag: 3.3.9\n')
    })

    it('finds the number before a unit that the template writes', async () => {
      const outcome = await run(AUDIT, { field: 'resources.limits.memory', value: '192Mi' })
      expect(file(outcome)).toContain('audit:\n  memoryMi: 192\n')
    })

    it('halves the set of sentinels when the chart refuses one of them', async () => {
      const outcome = await run(CART, { field: 'replicas', value: '4' })
      expect(file(outcome)).toContain('cart:\n  replicaCount: 4\n')
    })

    it('inserts an annotation into the map that the chart declares empty', async () => {
      const outcome = await run(CART, { field: 'annotations.example.com/restarted', value: 'once' })
      expect(file(outcome)).toContain('cart:\n  podAnnotations:\n    example.com/restarted: once\n')
    })

    it('inserts what only a declared map of resources leads to', async () => {
      const outcome = await run(CHECKOUT, { field: 'resources.requests.cpu', value: '100m' })
      expect(file(outcome)).toContain('    tag: v3.4.1\n  resources:\n    requests:\n      cpu: 100m\n')
    })

    it('edits a value whose sentinel the chart refuses', async () => {
      const outcome = await run(AUDIT, { field: 'replicas', value: '3' })
      expect(file(outcome)).toContain('audit:\n  replicas: 3\n')
    })

    it('quotes the chart that refuses the value itself', async () => {
      const outcome = await run(AUDIT, { field: 'replicas', value: '7' })
      expect(outcome).toMatchObject({ outcome: 'refused', reason: 'render-failed' })
      expect(outcome.outcome === 'refused' && outcome.message).toContain('audit has at most 5 replicas')
    })

    it('makes several changes one edit of one file', async () => {
      const outcome = await run(
        CART,
        { field: 'resources.limits.memory', value: '128Mi' },
        { field: 'resources.requests.memory', value: '128Mi' },
      )
      expect(file(outcome)).toContain(
        'cart:\n  resources:\n    limits:\n      memory: 128Mi\n    requests:\n      memory: 128Mi\n',
      )
    })
  })
}
