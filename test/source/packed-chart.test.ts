import { describe, expect, it } from 'vitest'
import { unpackChart } from '../../src/adapters/charts/index.ts'
import { packChart } from '../../src/adapters/charts/pack.ts'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import type { ClusterVersions, EditOutcome, FieldChange } from '../../src/domain/index.ts'
import { edit, memoryTree } from '../../src/source/index.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { applicationOf } from './golden.ts'

const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {{ .Values.replicaCount }}
  {{- if semverCompare ">=1.20.0-0" .Capabilities.KubeVersion.Version }}
  minReadySeconds: 1
  {{- end }}
  template:
    spec:
      containers:
        - name: app
          image: registry.example.com/web:1.0.0
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const SUBCHART = packChart(
  'web',
  new Map([
    ['Chart.yaml', bytes('apiVersion: v2\nname: web\nversion: 0.1.0\n')],
    ['values.yaml', bytes('replicaCount: 1\nresources:\n  limits:\n    memory: 64Mi\n')],
    ['templates/web.yaml', bytes(TEMPLATE)],
  ]),
)

const TREE = memoryTree({
  'chart/Chart.yaml': `apiVersion: v2
name: chart
version: 1.0.0
dependencies:
  - {name: web, alias: cart, version: 0.1.0, repository: "https://charts.example.com"}
`,
  'chart/charts/web-0.1.0.tgz': SUBCHART,
  'envs/prod.yaml': '# prod\ncart:\n  replicaCount: 2\n',
})

const APPLICATION = applicationOf({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    source: { repoURL: 'https://example.com/gitops.git', path: 'chart', helm: { valueFiles: ['/envs/prod.yaml'] } },
    destination: { namespace: 'shop', name: 'prod' },
  },
})

const renderer = helmRenderer()
const version = await helmHere('charts with packed subcharts', renderer)

function run(change: FieldChange, deps: { readonly opens: boolean; readonly cluster?: ClusterVersions }) {
  return edit({
    application: APPLICATION,
    sources: { tree: () => TREE },
    deps: {
      helm: renderer.render,
      isolation: renderer.isolation,
      ...(deps.opens && { unpack: unpackChart }),
      ...(deps.cluster && { cluster: deps.cluster }),
    },
    target: { kind: 'Deployment', namespace: 'shop', name: 'web' },
    changes: [change],
  })
}

function text(outcome: EditOutcome): string {
  return outcome.outcome === 'edited' ? new TextDecoder().decode(outcome.files[0]?.content) : JSON.stringify(outcome)
}

describe.skipIf(version === undefined)('a chart with a packed subchart', () => {
  it('has its defaults overridden in the value file, under the alias', async () => {
    const change = { field: 'resources.limits.memory', value: '128Mi' } as const
    expect(text(await run(change, { opens: true }))).toBe(
      '# prod\ncart:\n  replicaCount: 2\n  resources:\n    limits:\n      memory: 128Mi\n',
    )
  })

  it('is not traced into its defaults where nothing opens it', async () => {
    const change = { field: 'resources.limits.memory', value: '128Mi' } as const
    expect(await run(change, { opens: false })).toMatchObject({ outcome: 'refused' })
  })

  it('has a proof that names what its templates ask of the cluster, unless that is told', async () => {
    const change = { field: 'replicas', value: '3' } as const
    const assumed = await run(change, { opens: true })
    expect(assumed).toMatchObject({ outcome: 'edited', proof: { assumed: ['kubeVersion'] } })
    const told = await run(change, { opens: true, cluster: { kubeVersion: '1.30.0', apiVersions: ['apps/v1'] } })
    expect(told).toMatchObject({ outcome: 'edited' })
    expect(told).not.toHaveProperty('proof.assumed')
  })

  it('may ask for anything where nothing opens it', async () => {
    const outcome = await run({ field: 'replicas', value: '3' }, { opens: false })
    expect(outcome).toMatchObject({ outcome: 'edited', proof: { assumed: ['apiVersions', 'kubeVersion'] } })
  })
})
