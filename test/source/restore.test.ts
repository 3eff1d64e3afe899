import { describe, expect, it } from 'vitest'
import type { CompanionPolicy, EditOutcome } from '../../src/domain/index.ts'
import { edit, memoryTree, proveFiles } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const FILES = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'chart/values.yaml': 'tag: 1.0.0\n',
  'chart/templates/cart.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  labels:
    app.kubernetes.io/version: {{ .Values.tag }}
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example.com/app:{{ .Values.tag }}
`,
}

const APPLICATION = applicationOf({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    source: { repoURL: 'https://example.com/gitops.git', path: 'chart' },
    destination: { namespace: 'shop', name: 'prod' },
  },
})

const COMMON = {
  application: APPLICATION,
  deps: { helm: tinyHelm, isolation: 'process' },
  target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
} as const

function newTag(companions?: CompanionPolicy): Promise<EditOutcome> {
  const changes = [{ field: 'image.tag', value: '1.0.1' }] as const
  const asked = { ...COMMON, sources: { tree: () => memoryTree(FILES) }, changes }
  return edit({ ...asked, ...(companions && { companions }) })
}

function back(companions?: CompanionPolicy): Promise<EditOutcome> {
  const now = memoryTree({ ...FILES, 'chart/values.yaml': 'tag: 1.0.1\n' })
  const files = [{ path: 'chart/values.yaml', content: new TextEncoder().encode(FILES['chart/values.yaml']) }]
  const asked = { ...COMMON, sources: { tree: () => now }, fields: [{ field: 'image.tag' }] as const, files }
  return proveFiles({ ...asked, ...(companions && { companions }) })
}

describe.each([
  ['an edit', newTag],
  ['files that are put back', back],
] as const)('a version label that comes with the image of %s', (_, proven) => {
  it('refuses, unless companions are listed', async () => {
    expect(await proven()).toMatchObject({ outcome: 'refused', reason: 'other-changes' })
    expect(await proven('refuse')).toMatchObject({ outcome: 'refused', reason: 'other-changes' })
  })

  it('is listed as known beside the one meant change', async () => {
    expect(await proven('list')).toMatchObject({
      outcome: 'edited',
      proof: {
        changes: [{ path: 'spec.template.spec.containers[app].image' }],
        companions: [{ path: 'metadata.labels["app.kubernetes.io/version"]', weight: 'known' }],
      },
    })
  })
})
