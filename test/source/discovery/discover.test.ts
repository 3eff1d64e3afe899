import { describe, expect, it } from 'vitest'
import type { Application, Tree } from '../../../src/domain/index.ts'
import { applicationsWritten, type Discovery, discover, memoryTree } from '../../../src/source/index.ts'
import { tinyHelm } from '../../fakes/tiny-helm.ts'

const REPO = 'https://example.com/gitops.git'

/** An Application as YAML. */
function app(name: string, path: string, more = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${REPO}
    path: ${path}
${more}  destination:
    namespace: shop
`
}

function found(files: Record<string, string>): Promise<Discovery> {
  return discoverIn(memoryTree(files))
}

function discoverIn(tree: Tree): Promise<Discovery> {
  const sources = { tree: () => undefined }
  return discover({ tree, repoURL: REPO, revision: 'main', sources, deps: { helm: tinyHelm, isolation: 'process' } })
}

function origins(applications: readonly Application[]): Record<string, string> {
  return Object.fromEntries(
    applications.map(({ name, origin }) => {
      if (origin?.from === 'file') return [name, `${origin.written.path}:${origin.written.line}`]
      return [name, origin?.from === 'render' ? `rendered by ${origin.parent.name}` : (origin?.from ?? 'nowhere')]
    }),
  )
}

describe('applicationsWritten', () => {
  it('finds Applications in documents and Lists, with the line where each begins', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: argoproj.io/v1alpha1\n  kind: Application\n  metadata: {name: c}\n  spec: {source: {repoURL: x, path: c}}\n`
    const tree = memoryTree({
      'apps.yaml': `${app('a', 'a')}---\n${app('b', 'b')}---\n${list}`,
      'other.yaml': 'a: 1\n',
    })
    const { applications, unresolved } = applicationsWritten(tree)
    expect(unresolved).toEqual([])
    expect(origins(applications)).toEqual({ a: 'apps.yaml:1', b: 'apps.yaml:14', c: 'apps.yaml:30' })
  })

  it('passes templates over, and names what cannot be read', () => {
    const tree = memoryTree({
      'chart/Chart.yaml': 'name: chart\n',
      'chart/templates/app.yaml': app('{{ .Values.name }}', 'a'),
      'chart/templates/broken.yaml': `{{- range .Values.apps }}\n${app('x', 'a')}{{- end }}\n`,
      'copier/app.yaml': app('"{{ name }}"', 'a'),
      'bad.yaml': `${app('x', 'a')}  : : :\n - x\n`,
      'no-source.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: empty}\nspec: {}\n',
    })
    const { applications, unresolved } = applicationsWritten(tree)
    expect(applications).toEqual([])
    expect(unresolved.map(({ name, reason }) => [name, reason])).toEqual([
      ['bad.yaml', 'yaml-invalid'],
      ['empty', 'application-unreadable'],
    ])
  })
})

describe('a patch', () => {
  it('is no Application of its own, and not worth a word', () => {
    const tree = memoryTree({
      'k/kustomization.yaml':
        'resources: [app.yaml]\npatches: [{path: p/part.yaml}]\npatchesStrategicMerge: [gone.yaml]\n',
      'k/app.yaml': app('a', 'a'),
      'k/p/part.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {path: b}}\n',
      'k/gone.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\n$patch: delete\n',
    })
    const { applications, sets, unresolved } = applicationsWritten(tree)
    expect([applications.map(({ name }) => name), sets, unresolved]).toEqual([['a'], [], []])
  })
})

describe('discover', () => {
  it('finds the children of a directory, a kustomization and a chart, however deep', async () => {
    const { applications, unresolved } = await found({
      'root.yaml': app('root', 'apps'),
      'apps/kustomized.yaml': app('kustomized', 'overlays/prod'),
      'apps/charted.yaml': app('charted', 'chart'),
      'overlays/prod/kustomization.yaml':
        'resources: [../../base]\npatches:\n- target: {kind: Application, name: patched}\n  patch: |-\n    - op: replace\n      path: /spec/source/path\n      value: prod\n',
      'base/kustomization.yaml': 'resources: [plain.yaml, patched.yaml]\n',
      'base/plain.yaml': app('plain', 'x'),
      'base/patched.yaml': app('patched', 'dev'),
      'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
      'chart/values.yaml': 'revision: v1\n',
      'chart/templates/app.yaml': app('child', 'y', '    targetRevision: "{{ .Values.revision }}"\n'),
    })
    expect(unresolved).toEqual([])
    expect(origins(applications)).toEqual({
      root: 'root.yaml:1',
      kustomized: 'apps/kustomized.yaml:1',
      charted: 'apps/charted.yaml:1',
      plain: 'base/plain.yaml:1',
      patched: 'rendered by kustomized',
      child: 'rendered by charted',
    })
    expect(applications.find(({ name }) => name === 'patched')?.sources[0]?.path).toBe('prod')
    expect(applications.find(({ name }) => name === 'child')?.sources[0]?.targetRevision).toBe('v1')
  })

  it('comes to an end where Applications render themselves', async () => {
    const { applications } = await found({
      'k/kustomization.yaml': 'resources: [self.yaml]\nnamePrefix: x-\n',
      'k/self.yaml': app('self', 'k'),
    })
    expect(applications.length).toBeGreaterThan(0)
    expect(applications.length).toBeLessThan(20)
  })

  it('generates ApplicationSets, also those that a parent renders, and names those that it cannot', async () => {
    const set = (name: string, generators: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: ${name}
spec:
  goTemplate: true
  generators: ${generators}
  template:
    metadata:
      name: '{{ .name }}-${name}'
    spec:
      source:
        repoURL: ${REPO}
        path: apps/{{ .name }}
      destination:
        namespace: shop
`
    const { applications, unresolved } = await found({
      'sets/listed.yaml': set('listed', '[{list: {elements: [{name: a}, {name: b}]}}]'),
      'sets/clusters.yaml': set('clusters', '[{clusters: {}}]'),
      'root.yaml': app('root', 'k'),
      'k/kustomization.yaml': 'resources: [set.yaml]\nnamePrefix: prod-\n',
      'k/set.yaml': set('kustomized', '[{list: {elements: [{name: c}]}}]'),
    })
    expect(applications.map(({ name }) => name).sort()).toEqual(['a-listed', 'b-listed', 'c-kustomized', 'root'])
    const generated = applications.find(({ name }) => name === 'c-kustomized')?.origin
    expect(generated).toMatchObject({
      from: 'application-set',
      set: { name: 'prod-kustomized', origin: { from: 'render' } },
    })
    expect(unresolved).toMatchObject([
      { name: 'clusters', file: 'sets/clusters.yaml', line: 1, reason: 'generated-elsewhere' },
    ])
  })

  it('says which Application might render others and cannot be rendered', async () => {
    const { unresolved } = await found({
      'root.yaml': app('root', 'k'),
      'k/kustomization.yaml': 'resources: [set.yaml, missing.yaml]\n',
      'k/set.yaml': app('child', 'x'),
    })
    expect(unresolved).toMatchObject([{ name: 'root', file: 'root.yaml', reason: 'broken-base' }])
  })
})

describe('a root that no Application deploys', () => {
  const chart = (name: string): Record<string, string> => ({
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`${name}/values.yaml`]: 'revision: v1\n',
  })

  it('gives the Applications that it renders: a chart with each of its value files, and a kustomization as it changes them', async () => {
    const { applications, unresolved } = await found({
      ...chart('bootstrap'),
      'bootstrap/values-prod.yaml': 'revision: v2\n',
      'bootstrap/templates/app.yaml': app('child', 'x', '    targetRevision: "{{ .Values.revision }}"\n'),
      'overlay/kustomization.yaml':
        'resources: [../base]\npatches:\n- target: {kind: Application, name: patched}\n  patch: |-\n    - op: replace\n      path: /spec/source/path\n      value: prod\n',
      'base/kustomization.yaml': 'resources: [patched.yaml]\n',
      'base/patched.yaml': app('patched', 'patch-me'),
    })
    expect(unresolved).toEqual([])
    const seen = applications.map(({ name, sources: [source] }) => `${name} ${source?.path} ${source?.targetRevision}`)
    expect(seen.sort()).toEqual(['child x v1', 'child x v2', 'patched prod HEAD'])
    expect(origins(applications)).toEqual({ child: 'rendered by bootstrap', patched: 'rendered by overlay' })
  })

  it('is none where an Application of another root deploys it, and remains one where only its own does', async () => {
    const { applications } = await found({
      ...chart('a-part'),
      'a-part/templates/app.yaml': app('leaf', 'x', '    targetRevision: "{{ .Values.revision }}"\n'),
      ...chart('z-root'),
      'z-root/templates/part.yaml': app('part', 'a-part', '    helm: {valuesObject: {revision: v9}}\n'),
      'z-root/templates/self.yaml': app('self', 'z-root'),
    })
    const leaves = applications
      .filter(({ name }) => name === 'leaf')
      .map(({ sources: [source] }) => source?.targetRevision)
    expect(leaves).toEqual(['v9'])
    expect(origins(applications)).toMatchObject({ part: 'rendered by self', leaf: 'rendered by part' })
  })

  it('that changes an ApplicationSet tells of what becomes of it, not of its file', async () => {
    const { unresolved } = await found({
      'k/kustomization.yaml': 'resources: [set.yaml]\nnamePrefix: prod-\n',
      'k/set.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec: {generators: [{clusters: {}}], template: {}}\n',
    })
    expect(unresolved).toMatchObject([{ name: 'prod-set', file: 'k', reason: 'generated-elsewhere' }])
    expect(unresolved[0]?.message).toMatch(/^rendered by root k: /)
  })
})

describe('an Application that is there twice', () => {
  const both = (more: string): Promise<Discovery> =>
    found({
      'a.yaml': app('cart', 'apps/cart', more),
      'set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  generators: [{list: {elements: [{name: cart}]}}]
  template:
    metadata: {name: '{{name}}', namespace: argocd}
    spec:
      project: default
      source: {repoURL: '${REPO.replace(/\.git$/, '')}', path: 'apps/{{name}}'}
      destination: {namespace: shop}
`,
    })

  it('is one where both say the same: they are one object of the cluster', async () => {
    expect(origins((await both('')).applications)).toEqual({ cart: 'a.yaml:1' })
  })

  it('is two where they differ', async () => {
    expect((await both('    targetRevision: dev\n')).applications).toHaveLength(2)
  })
})
