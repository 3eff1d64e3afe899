import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Application, JsonObject, Tree } from '../../src/domain/index.ts'
import { formatOf } from '../../src/source/formats/index.ts'
import { filesReadBy, kustomizationRoots } from '../../src/source/kustomize/index.ts'
import { readersIn } from '../../src/source/readers.ts'
import { isRefused } from '../../src/source/refused.ts'
import { resolveSources, type Sources } from '../../src/source/resolve.ts'
import { memoryTree, parentPath } from '../../src/source/tree.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/mono'

function app(name: string, ...sources: readonly JsonObject[]): Application {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name },
    spec: { sources: sources.map((source) => ({ repoURL: REPO, ...source })), destination: { namespace: name } },
  })
}

const ME = app('me', { path: 'nowhere' })

function ask(files: Readonly<Record<string, string>>, others: readonly Application[], path: string, me = ME) {
  const tree = memoryTree(files)
  const sources: Sources = { tree: (url) => (url === REPO ? tree : undefined) }
  return readersIn({ application: me, sources, others, home: { tree, repoURL: REPO, revision: 'HEAD' } })
    .of(path)
    .map(({ name }) => name)
}

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n'
const CHART = { 'chart/Chart.yaml': 'name: chart\nversion: 1.0.0\n', 'chart/templates/a.yaml': CONFIG }

describe('who reads a file of a kustomization', () => {
  const files = {
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': CONFIG,
    'mixin/kustomization.yaml': 'kind: Component\nresources: [m.yaml]\n',
    'mixin/m.yaml': CONFIG,
    'dev/kustomization.yaml': 'resources: [../base]\n',
    'prod/kustomization.yaml': 'resources:\n  - ../dev\ncomponents:\n  - ../mixin\n',
  }

  it('is every root that leads to it, and no base or component of its own', () => {
    expect(ask(files, [], 'base/a.yaml')).toEqual(['prod'])
    expect(ask(files, [], 'mixin/m.yaml')).toEqual(['prod'])
    expect(ask(files, [], 'dev/kustomization.yaml')).toEqual(['prod'])
    expect(ask(files, [], 'prod/other.yaml')).toEqual([])
  })

  it('is an Application in place of the root that it deploys', () => {
    expect(ask(files, [app('dev', { path: 'dev' }), app('prod', { path: 'prod' })], 'base/a.yaml')).toEqual([
      'dev',
      'prod',
    ])
    expect(ask(files, [], 'base/a.yaml', app('me', { path: 'prod' }))).toEqual([])
  })

  it('is an Application that adds the component itself', () => {
    const inline = app('inline', { path: 'dev', kustomize: { components: ['../mixin'] } })
    expect(ask(files, [inline], 'mixin/m.yaml')).toEqual(['inline', 'prod'])
  })

  it('is found through names that hold spaces and through escapes', () => {
    const odd = {
      'a b/kustomization.yaml': 'resources: [one two.yaml]\n',
      'a b/one two.yaml': CONFIG,
      'over/kustomization.yaml': 'resources: ["../a\\x20b"]\n',
    }
    expect(ask(odd, [], 'a b/one two.yaml')).toEqual(['over'])
  })

  it('is not one whose folder is only called like a namespace', () => {
    const named = {
      'kustomization.yaml': 'namespace: shop\nresources: [a.yaml]\n',
      'a.yaml': CONFIG,
      'shop/kustomization.yaml': 'resources: [b.yaml]\n',
      'shop/b.yaml': CONFIG,
    }
    expect(ask(named, [], 'shop/b.yaml')).toEqual(['shop'])
  })

  it('is one that names the file, though it cannot be built', () => {
    const broken = { ...files, 'late/kustomization.yaml': 'resources: [https://example.com/x, ../base]\n' }
    expect(ask(broken, [], 'base/a.yaml')).toEqual(['late', 'prod'])
  })
})

describe('who reads a file of a chart', () => {
  const others = [
    app('dev', { path: 'chart', helm: { valueFiles: ['values-dev.yaml'] } }),
    app('prod', { path: 'chart', helm: { valueFiles: ['values-prod.yaml', '/regions/$ARGOCD_APP_NAME/*.yaml'] } }),
  ]

  it('is not who reads other values beside it', () => {
    const files = { ...CHART, 'chart/values-dev.yaml': '', 'chart/values-prod.yaml': '', 'regions/prod/x.yaml': '' }
    expect(ask(files, others, 'chart/values-dev.yaml')).toEqual(['dev'])
    expect(ask(files, others, 'chart/templates/a.yaml')).toEqual(['dev', 'prod'])
    expect(ask(files, others, 'regions/prod/x.yaml')).toEqual(['prod'])
    expect(ask(files, others, 'regions/dev/x.yaml')).toEqual([])
  })

  it('is everyone where templates open files', () => {
    const files = {
      ...CHART,
      'chart/templates/b.yaml': '{{ .Files.Get "x" }}',
      'chart/values-dev.yaml': '',
      'chart/values-prod.yaml': '',
    }
    expect(ask(files, others, 'chart/values-dev.yaml')).toEqual(['dev', 'prod'])
  })

  it('is who cannot be resolved, if it says that it reads it', () => {
    const missing = app('missing', { path: 'chart', helm: { valueFiles: ['/shared.yaml', 'absent.yaml'] } })
    expect(ask({ ...CHART, 'shared.yaml': '' }, [missing], 'shared.yaml')).toEqual(['missing'])
  })

  it('is who reads it by the name of another source, and who is told so beside the chart', () => {
    const lent = app('lent', { path: 'chart', helm: { valueFiles: ['$v/lent.yaml'] } }, { ref: 'v' })
    const told = app('told', { path: 'chart' })
    const files = {
      ...CHART,
      'lent.yaml': '',
      'told.yaml': '',
      'chart/.argocd-source-told.yaml': 'helm:\n  valueFiles: [/told.yaml]\n',
    }
    expect(ask(files, [lent, told], 'lent.yaml')).toEqual(['lent'])
    expect(ask(files, [lent, told], 'told.yaml')).toEqual(['told'])
    expect(ask(files, [lent, told], 'chart/.argocd-source-told.yaml')).toEqual(['told'])
  })
})

/** The plain way: every Application is resolved and every kustomization built, and all that they read is held against the path. */
function plainReaders(tree: Tree, sources: Sources, others: readonly Application[], path: string): readonly string[] {
  const applications = others.flatMap((other) => {
    const resolved = resolveSources(other, sources)
    if (isRefused(resolved)) return []
    const dirs = resolved.filter((source) => formatOf(source).name === 'kustomize').map(({ dir }) => dir)
    const reads = resolved.some((source) =>
      formatOf(source)
        .reads(source)
        .some((file) => file.path === path),
    )
    return [{ name: other.name, dirs, reads }]
  })
  const covered = new Set(applications.flatMap(({ dirs }) => dirs))
  const roots = kustomizationRoots(tree).map((dir) => ({ dir, files: new Set(filesReadBy(tree, dir)) }))
  const top = roots.filter(({ dir, files }) => {
    const own = [...files].find((file) => parentPath(file) === dir && file.endsWith('kustomization.yaml')) ?? ''
    return !covered.has(dir) && !roots.some((other) => other.dir !== dir && other.files.has(own)) && files.has(path)
  })
  const names = applications.filter(({ reads }) => reads).map(({ name }) => name)
  return [...names.sort(), ...top.map(({ dir }) => (dir === '' ? '.' : dir)).sort()]
}

const FOLDERS = ['a', 'b', 'c', 'd', 'e'] as const

/** Folders that name those after them: no cycle. */
const world = fc.record({
  bases: fc.tuple(...FOLDERS.map((_, index) => fc.subarray(FOLDERS.slice(index + 1).map((name) => `../${name}`)))),
  plain: fc.subarray([...FOLDERS]),
  apps: fc.subarray([...FOLDERS]),
  charts: fc.array(fc.constantFrom('/values/*.yaml', '/values/x.yaml', '/values/{x,y}*.yaml', '/a/*.yaml'), {
    maxLength: 3,
  }),
})

describe('readers found by tables', () => {
  it('are those that are found by reading everything', () => {
    fc.assert(
      fc.property(world, ({ bases, plain, apps, charts }) => {
        const files: Record<string, string> = { ...CHART, 'values/x.yaml': '', 'values/y.yaml': '' }
        for (const [index, dir] of FOLDERS.entries()) {
          files[`${dir}/own.yaml`] = CONFIG.replace('name: a', `name: ${dir}`)
          if (plain.includes(dir)) continue
          const named = (bases[index] ?? []).filter((base) => !plain.includes(base.slice(3) as 'a'))
          files[`${dir}/kustomization.yaml`] =
            `namePrefix: ${dir}\nresources: ${JSON.stringify(['own.yaml', ...named])}\n`
        }
        const tree = memoryTree(files)
        const sources: Sources = { tree: () => tree }
        const others = [
          ...apps.map((dir) => app(`app-${dir}`, { path: dir })),
          ...charts.map((glob, index) => app(`chart-${index}`, { path: 'chart', helm: { valueFiles: [glob] } })),
        ]
        const home = { tree, repoURL: REPO, revision: 'HEAD' }
        const readers = readersIn({ application: ME, sources, others, home })
        for (const path of tree.paths())
          expect([path, readers.of(path).map(({ name }) => name)]).toEqual([
            path,
            plainReaders(tree, sources, others, path),
          ])
      }),
      { numRuns: 100 },
    )
  })

  it('cost no read of what nobody asks about', () => {
    const files: Record<string, string> = { ...CHART, 'shared.yaml': '' }
    for (let index = 0; index < 300; index += 1) {
      files[`apps/${index}/kustomization.yaml`] = 'resources: [own.yaml]\n'
      files[`apps/${index}/own.yaml`] = CONFIG
    }
    const whole = memoryTree(files)
    let read = 0
    const tree: Tree = {
      ...whole,
      oid: 'counted',
      bytes: (path) => {
        read += 1
        return whole.bytes(path)
      },
    }
    const others = Array.from({ length: 300 }, (_, index) =>
      app(`h${index}`, { path: 'chart', helm: { valueFiles: ['/shared.yaml'] } }),
    )
    const home = { tree, repoURL: REPO, revision: 'HEAD' }
    const scope = { application: ME, sources: { tree: () => tree }, others, home }
    expect(readersIn(scope).of('shared.yaml')).toHaveLength(300)
    // The kustomization files and the chart once, for their text.
    expect(read).toBeLessThanOrEqual(301)
    read = 0
    expect(readersIn(scope).of('apps/7/own.yaml')).toHaveLength(1)
    expect(read).toBeLessThan(5)
  })
})
