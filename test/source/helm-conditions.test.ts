import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import type { Field } from '../../src/domain/index.ts'
import { edit, locate, memoryTree } from '../../src/source/index.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { applicationOf } from './golden.ts'

const renderer = helmRenderer({
  path: process.env['KINTSUGI_HELM'] ?? resolve(import.meta.dirname, '../../.tools/helm4'),
})
const version = await helmHere('values in conditions', renderer)

const APPLICATION = applicationOf({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'me', namespace: 'argocd' },
  spec: {
    source: { repoURL: 'https://git.test/mono', path: 'chart', helm: { valueFiles: ['/v.yaml'] } },
    destination: { namespace: 'shop' },
  },
})

type Given = { readonly values: string; readonly replicas?: string; readonly memory?: string; readonly image?: string }

function inputOf({ values, replicas = '1', memory = '1Mi', image = 'app:1' }: Given) {
  const tree = memoryTree({
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
    'v.yaml': values,
    'chart/templates/app.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: ${replicas}
  template:
    spec:
      containers:
        - name: app
          image: ${image}
          resources: {limits: {memory: ${memory}}}
`,
  })
  return {
    application: APPLICATION,
    sources: { tree: () => tree },
    deps: { helm: renderer.render, isolation: renderer.isolation },
    target: { kind: 'Deployment', namespace: 'shop', name: 'app' },
  }
}

async function lineOf(given: Given, field: Field): Promise<unknown> {
  const found = await locate({ ...inputOf(given), field })
  return found.located ? `${found.location.file}:${found.location.line} ${found.location.text}` : found.reason
}

const TIER =
  '{{ if eq .Values.tier.memory "64Mi" }}{{ .Values.base.memory }}{{ else }}{{ .Values.tier.memory }}{{ end }}'
const FEW = '{{ if gt (int .Values.a.replicas) 3 }}{{ .Values.a.replicas }}{{ else }}{{ .Values.b.replicas }}{{ end }}'
const TAG = 'app:{{ if eq .Values.old.tag "v9" }}{{ .Values.now.tag }}{{ else }}{{ .Values.old.tag }}{{ end }}'

describe.skipIf(version === undefined)('a value whose sentinel changes a condition', () => {
  it('is not taken for what writes the field', async () => {
    const tier = { values: 'tier:\n  memory: 64Mi\nbase:\n  memory: 1Mi\n', memory: TIER }
    expect(await lineOf(tier, 'resources.limits.memory')).toBe('v.yaml:4 1Mi')
    expect(await lineOf({ ...tier, values: tier.values.replace('64Mi', '32Mi') }, 'resources.limits.memory')).toBe(
      'v.yaml:2 32Mi',
    )
    const few = { values: 'a:\n  replicas: 2\nb:\n  replicas: 3\n', replicas: FEW }
    expect(await lineOf(few, 'replicas')).toBe('v.yaml:4 3')
    expect(await lineOf({ ...few, values: few.values.replace('2', '9') }, 'replicas')).toBe('v.yaml:2 9')
    const tag = { values: 'now:\n  tag: v1\nold:\n  tag: v9\n', image: TAG }
    expect(await lineOf(tag, 'image.tag')).toBe('v.yaml:2 v1')
  })

  it('is still where an edit goes when nothing else is found', async () => {
    const outcome = await edit({
      ...inputOf({ values: 'replicas: 1\n', replicas: '{{ max 2 (int .Values.replicas) }}' }),
      changes: [{ field: 'replicas', value: '5' }],
    })
    expect(outcome).toMatchObject({ outcome: 'edited', edits: [{ file: 'v.yaml', before: '1', after: '5' }] })
  })
})
