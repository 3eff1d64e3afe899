import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import type { Application, EditOutcome, FieldChange, JsonObject } from '../../src/domain/index.ts'
import { applicationsWritten, edit, memoryTree } from '../../src/source/index.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/mono'
const renderer = helmRenderer({
  path: process.env['KINTSUGI_HELM'] ?? resolve(import.meta.dirname, '../../.tools/helm3'),
})
const version = await helmHere('who else reads a file', renderer)

function app(name: string, source: JsonObject, namespace = 'shop'): Application {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace } },
  })
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:{{ .Values.tag }}
          resources:
            limits:
              memory: {{ .Values.memory }}
`
const CHART = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'chart/values.yaml': 'memory: 1Mi\ntag: v1\n',
  'chart/templates/app.yaml': DEPLOYMENT,
}

async function run(
  files: Record<string, string>,
  me: Application,
  others: readonly Application[],
  change: FieldChange = { field: 'resources.limits.memory', value: '128Mi' },
): Promise<string> {
  const tree = memoryTree(files)
  const outcome: EditOutcome = await edit({
    application: me,
    sources: { tree: (url) => (url === REPO ? tree : undefined) },
    deps: { helm: renderer.render, isolation: renderer.isolation },
    target: { kind: 'Deployment', namespace: 'shop', name: 'app' },
    changes: [change],
    others,
  })
  return outcome.outcome === 'refused'
    ? `${outcome.reason}: ${outcome.message}`
    : [outcome.outcome, ...(outcome.outcome === 'edited' ? outcome.files.map(({ path }) => path) : [])].join(' ')
}

const BASE = {
  'base/kustomization.yaml': 'resources: [d.yaml]\n',
  'base/d.yaml': DEPLOYMENT.replace('{{ .Values.tag }}', '1').replace('{{ .Values.memory }}', '1Mi'),
}
const SHARED = { ...CHART, 'shared.yaml': 'memory: 2Mi\n' }
const me = app('me', { path: 'chart' })
const sharing = app('me', { path: 'chart', helm: { valueFiles: ['/shared.yaml'] } })

describe.skipIf(version === undefined)('an edit does not change', () => {
  it('an object that the cluster names', async () => {
    const hook = `apiVersion: batch/v1
kind: Job
metadata:
  generateName: migrate-
  annotations: {argocd.argoproj.io/hook: PreSync}
spec:
  template:
    spec:
      containers:
        - name: m
          resources: {limits: {memory: {{ .Values.memory }}}}
`
    expect(await run({ ...CHART, 'chart/templates/hook.yaml': hook }, me, [])).toMatch(
      /^other-changes: .*Job shop\/migrate-\* spec.*memory too/,
    )
  })

  it('an object in a list of its kind', async () => {
    const list = `apiVersion: v1
kind: ConfigMapList
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: {{ .Values.memory | quote }}}}
`
    expect(await run({ ...CHART, 'chart/templates/list.yaml': list }, me, [])).toMatch(
      /^other-changes: .*ConfigMap shop\/a data.a too/,
    )
  })

  it('an Application of the same name in the folder of another cluster', async () => {
    const written = (path: string, cluster: string): string =>
      JSON.stringify({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'me', namespace: 'argocd' },
        spec: {
          destination: { namespace: 'shop' },
          source: { repoURL: REPO, path, helm: { valueFiles: ['/shared.yaml', `/${cluster}.yaml`] } },
        },
      })
    const files = {
      ...SHARED,
      'a.yaml': 'tag: a\n',
      'b.yaml': 'tag: b\n',
      'clusters/a/me.json': written('chart', 'a'),
      'clusters/b/me.json': written('chart', 'b'),
    }
    const { applications } = applicationsWritten(memoryTree(files), { repoURL: REPO, revision: 'HEAD' })
    const [first, second] = applications
    if (first === undefined || second === undefined) throw new Error('two Applications are written')
    expect(await run(files, first, applications)).toBe('edited a.yaml')
    expect(await run(files, first, [first])).toBe('edited shared.yaml')
  })

  it('what a chart makes of the bytes of a value file whose values are set again', async () => {
    const files = {
      ...CHART,
      'chart/values-base.yaml': 'memory: 2Mi\n',
      'chart/values-b.yaml': 'memory: 3Mi\n',
      'chart/templates/sum.yaml': `{{- with .Values.which }}
apiVersion: v1
kind: ConfigMap
metadata: {name: sum}
data: {sum: {{ $.Files.Get . | sha256sum }}}
{{- end }}
`,
    }
    const valueFiles = ['values-base.yaml', 'values-b.yaml']
    const other = app('b', {
      path: 'chart',
      helm: { valueFiles, parameters: [{ name: 'which', value: valueFiles[0] ?? '' }] },
    })
    const first = app('me', { path: 'chart', helm: { valueFiles: ['values-base.yaml'] } })
    expect(await run(files, first, [other])).toMatch(/^other-changes: the edit would change b: ConfigMap shop\/sum/)
    expect(await run(files, first, [app('b', { path: 'chart', helm: { valueFiles } })])).toMatch(/^edited/)
  })
})

describe.skipIf(version === undefined)('an edit is refused when a kustomization reads the file', () => {
  it('as part of a chart elsewhere that it inflates', async () => {
    const files = {
      ...CHART,
      'k/kustomization.yaml': 'helmGlobals: {chartHome: ../}\nhelmCharts: [{name: chart, releaseName: x}]\n',
      'l/kustomization.yaml': 'helmGlobals: {chartHome: ../}\nhelmCharts: [{name: other, releaseName: x}]\n',
    }
    expect(await run(files, me, [])).toMatch(/^unsupported-kustomize: k reads the file too/)
  })

  it('through a generator in a file of its own', async () => {
    const generator = 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: [../shared.yaml]\n'
    const files = { ...SHARED, 'k/kustomization.yaml': 'generators:\n- gen.yaml\n', 'k/gen.yaml': generator }
    expect(await run(files, sharing, [])).toMatch(/^unsupported-kustomize: k reads the file too/)
    const inline = { ...SHARED, 'k/kustomization.yaml': `generators:\n- |\n  ${generator.replaceAll('\n', '\n  ')}\n` }
    expect(await run(inline, sharing, [])).toMatch(/^unsupported-kustomize: k reads the file too/)
  })

  it.each([
    'https://git.test/mono//base?ref=main',
    'https://git.test/mono//base',
    'git::https://git.test/mono.git//base?ref=main',
    'git@git.test:mono.git//base',
    'ssh://git@git.test/mono/base?ref=main',
  ])('by the address of this very repository: %s', async (address) => {
    const files = { ...BASE, 'k/kustomization.yaml': `resources:\n- ${address}\n` }
    expect(await run(files, app('me', { path: 'base' }), [])).toMatch(/k too$/)
  })

  it.each(['https://git.test/mono//base?ref=v1.2.0', 'https://git.test/other//base?ref=main'])(
    'but not by an address that is pinned or another: %s',
    async (address) => {
      const files = { ...BASE, 'k/kustomization.yaml': `resources:\n- ${address}\n` }
      expect(await run(files, app('me', { path: 'base' }), [])).toMatch(/^edited/)
    },
  )
})
