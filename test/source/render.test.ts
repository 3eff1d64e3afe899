import { describe, expect, it } from 'vitest'
import { blobOid, formatObjectKey, type Manifest, type Tree } from '../../src/domain/index.ts'
import { memoryTree, renderApplication, type Sources } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://example.com/gitops.git'
const VALUES = 'https://example.com/values.git'

function object(kind: string, name: string, extra = ''): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${extra}`
}

function application(spec: Manifest, metadata: Manifest = {}): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'cart', namespace: 'argocd', ...metadata },
    spec: { destination: { namespace: 'shop' }, ...spec },
  }
}

function source(path: string, more: Manifest = {}): Manifest {
  return application({ source: { repoURL: REPO, path, ...more } })
}

async function render(manifest: Manifest, trees: Tree | Sources, helm = tinyHelm): Promise<unknown> {
  const sources = 'tree' in trees ? trees : { tree: () => trees }
  const result = await renderApplication(applicationOf(manifest), sources, { helm, isolation: 'process' })
  return result.rendered ? result.objects.map((one) => formatObjectKey(one.key)) : `${result.reason}: ${result.message}`
}

const DIRECTORY = memoryTree({
  'apps/a.yaml': object('ConfigMap', 'a'),
  'apps/b.yml': object('ConfigMap', 'b', '  namespace: other\n'),
  'apps/c.json': JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'c' } }),
  'apps/deep/d.yaml': object('ConfigMap', 'd'),
  'apps/notes.yaml': 'just: notes\n',
  'apps/broken.yaml': 'a: {{ b }}: c\n',
  'apps/read.me': 'text',
})

describe('a directory of manifests', () => {
  it('gives its objects, in the destination unless they say otherwise or have no namespace', async () => {
    expect(await render(source('apps'), DIRECTORY)).toEqual(['ConfigMap shop/a', 'ConfigMap other/b', 'Namespace c'])
  })

  it('goes down where it is told to', async () => {
    expect(await render(source('apps', { directory: { recurse: true } }), DIRECTORY)).toContain('ConfigMap shop/d')
  })

  it.each([
    [{ include: '*.yaml' }, ['ConfigMap shop/a']],
    [{ exclude: '{a.yaml,*.json}' }, ['ConfigMap other/b']],
    [{ recurse: true, include: 'deep/*' }, ['ConfigMap shop/d']],
    [{ recurse: true, include: '*d.yaml' }, ['ConfigMap shop/d']],
  ])('with %j', async (directory, expected) => {
    expect(await render(source('apps', { directory }), DIRECTORY)).toEqual(expected)
  })

  it('refuses a broken file that looks like a resource', async () => {
    const tree = memoryTree({ 'apps/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n' })
    expect(await render(source('apps'), tree)).toMatch(/^yaml-invalid: apps\/a\.yaml:\d+:\d+/)
  })

  it('passes over a file that asks for it', async () => {
    const tree = memoryTree({ 'apps/a.yaml': `# +argocd:skip-file-rendering\n${object('ConfigMap', 'a')}` })
    expect(await render(source('apps'), tree)).toEqual([])
  })

  it('refuses Jsonnet', async () => {
    expect(await render(source('apps'), memoryTree({ 'apps/a.jsonnet': '{}' }))).toMatch(/^unsupported-source/)
  })
})

const CHART = {
  'chart/Chart.yaml': 'name: chart\n',
  'chart/values.yaml': 'name: from-chart\n',
  'chart/templates/a.yaml': object('ConfigMap', '{{ .Values.name }}'),
}

describe('the kind of a source', () => {
  it.each<[string, Manifest, Record<string, string>, string]>([
    ['a chart by its Chart.yaml', source('chart'), CHART, 'ConfigMap shop/from-chart'],
    [
      'a kustomization by its file',
      source('k'),
      { 'k/kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: k-\n', 'k/a.yaml': object('ConfigMap', 'a') },
      'ConfigMap shop/k-a',
    ],
    [
      'what the Application says, before what is there',
      source('k', { directory: { include: 'a.yaml' } }),
      { 'k/kustomization.yaml': 'namePrefix: k-\n', 'k/a.yaml': object('ConfigMap', 'a') },
      'ConfigMap shop/a',
    ],
  ])('%s', async (_, manifest, files, expected) => {
    expect(await render(manifest, memoryTree(files))).toEqual([expected])
  })

  it('without helm a chart is refused', async () => {
    const result = await renderApplication(
      applicationOf(source('chart')),
      { tree: () => memoryTree(CHART) },
      { helm: undefined, isolation: 'none' },
    )
    expect(result).toMatchObject({ rendered: false, reason: 'renderer-missing' })
  })

  it('a plugin is refused', async () => {
    expect(await render(source('chart', { plugin: { name: 'x' } }), memoryTree(CHART))).toMatch(/^unsupported-source/)
  })
})

describe('value files', () => {
  const files = {
    ...CHART,
    'chart/in-chart.yaml': 'name: in-chart\n',
    'envs/1.yaml': 'name: one\n',
    'envs/2.yaml': 'name: two\n',
    'envs/cart.yaml': 'name: of-the-application\n',
  }
  it.each([
    ['relative to the chart', ['in-chart.yaml'], 'ConfigMap shop/in-chart'],
    ['from the root', ['/envs/1.yaml'], 'ConfigMap shop/one'],
    ['upwards', ['../envs/1.yaml'], 'ConfigMap shop/one'],
    ['the last wins', ['/envs/2.yaml', '/envs/1.yaml'], 'ConfigMap shop/one'],
    ['globs in lexical order', ['/envs/[12].yaml'], 'ConfigMap shop/two'],
    ['build variables', ['/envs/$ARGOCD_APP_NAME.yaml'], 'ConfigMap shop/of-the-application'],
  ])('%s', async (_, valueFiles, expected) => {
    expect(await render(source('chart', { helm: { valueFiles } }), memoryTree(files))).toEqual([expected])
  })

  it.each([
    ['one that is not there', ['/envs/9.yaml'], 'value-file-missing'],
    ['one outside of the repository', ['../../x.yaml'], 'unsafe-path'],
    ['one on another host', ['https://example.com/v.yaml'], 'unsupported-source'],
    ['a reference that no source has', ['$nobody/v.yaml'], 'application-unreadable'],
  ])('refuse %s', async (_, valueFiles, reason) => {
    const result = await render(source('chart', { helm: { valueFiles } }), memoryTree(files))
    expect(result).toMatch(new RegExp(`^${reason}:`))
  })

  it('refuse a link', async () => {
    const tree = memoryTree(CHART, { 'envs/link.yaml': 'symlink' })
    expect(await render(source('chart', { helm: { valueFiles: ['/envs/link.yaml'] } }), tree)).toMatch(/^unsafe-path/)
  })

  it('come from the tree of a ref source', async () => {
    const manifest = application({
      sources: [
        { repoURL: REPO, path: 'chart', helm: { valueFiles: ['$values/prod.yaml'] } },
        { repoURL: VALUES, ref: 'values' },
      ],
    })
    const values = memoryTree({ 'prod.yaml': 'name: from-ref\n' })
    const sources = { tree: (url: string) => (url === VALUES ? values : memoryTree(CHART)) }
    expect(await render(manifest, sources)).toEqual(['ConfigMap shop/from-ref'])
    expect(await render(manifest, { tree: (url) => (url === VALUES ? undefined : memoryTree(CHART)) })).toMatch(
      /^source-missing: .*values\.git/,
    )
  })

  it('and a chart from a repository of charts, whose tree is the chart', async () => {
    const manifest = application({
      source: { repoURL: 'https://charts.example.com', chart: 'chart', targetRevision: '1.0.0' },
    })
    const tree = memoryTree(
      Object.fromEntries(Object.entries(CHART).map(([path, text]) => [path.replace('chart/', ''), text])),
    )
    expect(await render(manifest, memoryTree(CHART))).toEqual(['ConfigMap shop/from-chart'])
    const result = await renderApplication(
      applicationOf(manifest),
      { tree: () => tree },
      { helm: async (input) => ({ rendered: true, objects: [], tool: input.chartPath }), isolation: 'none' },
    )
    expect(result).toMatchObject({ rendered: true, tools: [''] })
  })
})

describe('several sources and overrides', () => {
  it('gives of equal objects the last one', async () => {
    const tree = memoryTree({
      'a/x.yaml': object('ConfigMap', 'x', 'data: {from: a}\n'),
      'b/x.yaml': object('ConfigMap', 'x', 'data: {from: b}\n'),
    })
    const manifest = application({
      sources: [
        { repoURL: REPO, path: 'a' },
        { repoURL: REPO, path: 'b' },
      ],
    })
    const result = await renderApplication(
      applicationOf(manifest),
      { tree: () => tree },
      { helm: undefined, isolation: 'none' },
    )
    expect(result).toMatchObject({ rendered: true, objects: [{ source: 1, manifest: { data: { from: 'b' } } }] })
  })

  it('lays .argocd-source files over the source, the one of the Application last', async () => {
    const tree = memoryTree({
      ...CHART,
      'chart/.argocd-source.yaml': 'helm:\n  parameters:\n    - {name: name, value: general}\n',
      'chart/.argocd-source-cart.yaml': 'path: elsewhere\nhelm:\n  parameters:\n    - {name: name, value: own}\n',
    })
    expect(await render(source('chart'), tree)).toEqual(['ConfigMap shop/own'])
  })

  it('names every blob that it read, those of other repositories apart', async () => {
    const manifest = application({
      sources: [
        { repoURL: REPO, path: 'a' },
        { repoURL: VALUES, path: 'b' },
      ],
    })
    const text = object('ConfigMap', 'x')
    const result = await renderApplication(
      applicationOf(manifest),
      { tree: (url) => memoryTree(url === REPO ? { 'a/x.yaml': text, 'z.yaml': 'a: 1' } : { 'b/x.yaml': text }) },
      { helm: undefined, isolation: 'none' },
    )
    const oid = blobOid(new TextEncoder().encode(text))
    expect(result.rendered && result.inputs).toEqual({ 'a/x.yaml': oid, [`${VALUES}#b/x.yaml`]: oid })
  })

  it('refuses a path that is not there', async () => {
    expect(await render(source('nowhere'), DIRECTORY)).toMatch(/^path-missing/)
  })
})
