import { describe, expect, it } from 'vitest'
import type { EditOutcome } from '../../src/domain/index.ts'
import { edit, memoryTree } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationAt } from './gitops-data.ts'
import { applicationOf } from './golden.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      containers:
        - name: app
          image: cart:1
          resources:
            limits:
              memory: 32Mi
`

// Files near the cap of 20,000 values, all of which say what is looked for: quadratic work would take minutes.
const MANY = 9_000
const LIMIT_MS = 50_000

function run(files: Readonly<Record<string, string>>, path: string): Promise<EditOutcome> {
  const tree = memoryTree(files)
  return edit({
    application: applicationOf(applicationAt(path)),
    sources: { tree: () => tree },
    deps: { helm: tinyHelm, isolation: 'process' },
    target: { kind: 'Deployment', namespace: 'default', name: 'cart' },
    changes: [{ field: 'resources.limits.memory', value: '64Mi' }],
  })
}

async function timed(
  files: Readonly<Record<string, string>>,
  path: string,
): Promise<{ outcome: EditOutcome; ms: number }> {
  const start = performance.now()
  const outcome = await run(files, path)
  return { outcome, ms: performance.now() - start }
}

const sameValues = (indent: string): string =>
  Array.from({ length: MANY }, (_, index) => `${indent}k${index}: 32Mi\n`).join('')

describe('hostile repositories', () => {
  it('hold thousands of values that could be the one', { timeout: 60_000 }, async () => {
    const { outcome, ms } = await timed(
      {
        'k/kustomization.yaml': 'resources: [d.yaml, c.yaml]\n',
        'k/d.yaml': DEPLOYMENT,
        'k/c.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n${sameValues('  ')}`,
      },
      'k',
    )
    expect(outcome).toMatchObject({ outcome: 'edited', edits: [{ file: 'k/d.yaml', before: '32Mi' }] })
    expect(ms).toBeLessThan(LIMIT_MS)
  })

  it('hold thousands of chart values that could be the one', { timeout: 60_000 }, async () => {
    const { outcome, ms } = await timed(
      {
        'c/Chart.yaml': 'name: c\n',
        'c/values.yaml': `memory: 32Mi\nnoise:\n${sameValues('  ')}`,
        'c/templates/d.yaml': DEPLOYMENT.replace('32Mi', '{{ .Values.memory }}'),
      },
      'c',
    )
    expect(outcome).toMatchObject({ outcome: 'edited', edits: [{ file: 'c/values.yaml', line: 1 }] })
    expect(ms).toBeLessThan(LIMIT_MS)
  })

  it.each([
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n` +
        `d: [${'*a,'.repeat(200)}x]\n`,
      'input-too-large',
    ],
    ['nesting without end', `a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`, 'input-too-large'],
    ['a file over the limit', `a: ${'x'.repeat(1_100_000)}\n`, 'input-too-large'],
    ['a key of the prototype', '__proto__: {polluted: true}\nkind: apiVersion:metadata:\n', 'yaml-invalid'],
  ])('%s is refused by name', async (_, text, reason) => {
    const files = { 'apps/d.yaml': DEPLOYMENT, 'apps/x.yaml': `${text}# apiVersion: kind: metadata:\n` }
    expect(await run(files, 'apps')).toMatchObject({ outcome: 'refused', reason })
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  it('write value files that climb out of the tree', async () => {
    const application = applicationOf(applicationAt('c', { helm: { valueFiles: ['../../../etc/passwd'] } }))
    const tree = memoryTree({ 'c/Chart.yaml': 'name: c\n' })
    const outcome = await edit({
      application,
      sources: { tree: () => tree },
      deps: { helm: tinyHelm, isolation: 'process' },
      target: { kind: 'Deployment', namespace: 'default', name: 'cart' },
      changes: [{ field: 'replicas', value: '1' }],
    })
    expect(outcome).toMatchObject({ outcome: 'refused', reason: 'unsafe-path' })
  })
})
