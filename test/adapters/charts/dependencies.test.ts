import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type ChartProvider,
  chartFetcher,
  chartFolder,
  chartSources,
  unpackChart,
  withDependencies,
} from '../../../src/adapters/charts/index.ts'
import { helmRenderer } from '../../../src/adapters/render/index.ts'
import { type HelmSettings, type Tree, valueAt } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { helms, showing } from '../render/given.ts'
import { chartYaml, indexYaml, packedChart, sha, webServer } from './repository-server.ts'

const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-charts-'))
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = mkdtempSync(join(OWN, 'charts-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  return dir
}

const redis = (version: string) => packedChart('redis', version, { 'templates/a.yaml': showing(version) })
const REPOSITORY = 'https://charts.example.com'
const wanted = (targetRevision: string, chart = 'redis') => ({ repoURL: REPOSITORY, chart, targetRevision })

describe('chartFolder', () => {
  const dir = folder({
    'redis-1.0.0.tgz': redis('1.0.0'),
    'bitnami/redis-1.2.0.tgz': redis('1.2.0'),
    'open/Chart.yaml': chartYaml('open', '1.10.0'),
    'open/templates/a.yaml': showing('open'),
    [`open/templates/${'d'.repeat(110)}.yaml`]: showing('deep'),
    'broken-1.0.0.tgz': 'text',
    'notes.txt': 'text',
  })

  it.each([
    ['1.0.0', '1.0.0'],
    ['^1.0', '1.2.0'],
  ])('finds a packed chart %s', async (revision, version) => {
    expect(await chartFolder(dir).chart(wanted(revision))).toMatchObject({ found: true, version })
  })

  it('packs an unpacked one, the same each time', async () => {
    const [one, two] = await Promise.all(
      [chartFolder(dir), chartFolder(dir)].map((each) => each.chart(wanted('1.10.0', 'org/open'))),
    )
    expect(one).toMatchObject({ found: true, version: '1.10.0' })
    expect(one).toEqual(two)
    const texts = (files: ReadonlyMap<string, Uint8Array> | undefined) =>
      [...(files ?? [])].map(([path, content]) => [path, new TextDecoder().decode(content)])
    if (one?.found) expect(texts(unpackChart(one.archive))).toEqual(texts(one.files))
  })

  it.each([['9.9.9'], ['^2']])('says what it has instead of %s', async (revision) => {
    const missing = await chartFolder(dir).chart(wanted(revision))
    expect(missing).toMatchObject({ found: false, reason: 'chart-missing', message: expect.stringContaining('1.0.0') })
  })

  it('does not follow links', async () => {
    const linked = folder({ 'evil/Chart.yaml': chartYaml('evil', '1.0.0') })
    symlinkSync('/etc/passwd', join(linked, 'evil/values.yaml'))
    symlinkSync(join(dir, 'redis-1.0.0.tgz'), join(linked, 'redis-1.0.0.tgz'))
    symlinkSync('/', join(linked, 'root'))
    expect(await chartFolder(linked).chart(wanted('1.0.0', 'evil'))).toMatchObject({ reason: 'chart-missing' })
    expect(await chartFolder(linked).chart(wanted('1.0.0'))).toMatchObject({ reason: 'chart-missing' })
    expect(await chartFolder('/nowhere').chart(wanted('1.0.0'))).toMatchObject({ reason: 'chart-missing' })
  })
})

describe('chartSources', () => {
  it('gives a tree for each repository and revision, a folder for each chart', async () => {
    const dir = folder({ 'a.tgz': redis('1.0.0'), 'b.tgz': packedChart('web', '1.0.0'), 'c.tgz': redis('2.0.0') })
    const wants = [wanted('1.0.0'), wanted('1.0.0', 'web'), wanted('*'), wanted('7.0.0'), wanted('1.0.0')]
    const sources = await chartSources(wants, chartFolder(dir))
    expect(sources.tree(REPOSITORY, '1.0.0')?.paths()).toEqual([
      'redis/Chart.yaml',
      'redis/templates/a.yaml',
      'web/Chart.yaml',
    ])
    expect(sources.pinned.map(({ wanted: { targetRevision }, version }) => [targetRevision, version])).toEqual([
      ['1.0.0', '1.0.0'],
      ['1.0.0', '1.0.0'],
      ['*', '2.0.0'],
    ])
    expect(sources.problems).toMatchObject([
      { wanted: { targetRevision: '7.0.0' }, problem: { reason: 'chart-missing' } },
    ])
    expect(sources.tree(REPOSITORY, '7.0.0')).toBeUndefined()
    expect(sources.tree('https://other.example.com', '1.0.0')).toBeUndefined()
  })
})

const dependency = (version: string, more = '') =>
  `  - name: redis\n    version: ${version}\n    repository: ${REPOSITORY}\n${more}`
const umbrella = (dependencies: string, files: Readonly<Record<string, string | Uint8Array>> = {}): Tree =>
  memoryTree({
    'app/Chart.yaml': `${chartYaml('app', '0.1.0')}dependencies:\n${dependencies}`,
    'other.yaml': '',
    ...files,
  })

describe('withDependencies', () => {
  const provider = chartFolder(folder({ 'a.tgz': redis('1.0.0'), 'b.tgz': redis('1.2.0') }))
  const added = async (tree: Tree) => {
    const found = await withDependencies(tree, 'app', provider)
    return found.tree.paths().filter((path) => !tree.paths().includes(path))
  }

  it('puts what is not vendored where helm looks for it', async () => {
    const tree = umbrella(dependency('1.0.0'))
    const found = await withDependencies(tree, 'app', provider)
    expect(found.tree.paths()).toEqual(['app/Chart.yaml', 'app/charts/redis-1.0.0.tgz', 'other.yaml'])
    expect(found.pinned).toMatchObject([{ version: '1.0.0', wanted: { chart: 'redis' } }])
    expect(found.tree.oid).not.toBe(tree.oid)
    expect((await withDependencies(tree, 'app', provider)).tree.oid).toBe(found.tree.oid)
  })

  it.each<readonly [string, Tree, readonly string[]]>([
    ['the newest of a range', umbrella(dependency('^1.0')), ['app/charts/redis-1.2.0.tgz']],
    [
      'what the lock file says of a range',
      umbrella(dependency('^1.0'), { 'app/Chart.lock': `dependencies:\n${dependency('1.0.0')}` }),
      ['app/charts/redis-1.0.0.tgz'],
    ],
    [
      'one file for two names',
      umbrella(dependency('1.0.0', '    alias: one\n') + dependency('1.0.0', '    alias: two\n')),
      ['app/charts/redis-1.0.0.tgz'],
    ],
    [
      'those of an old chart',
      memoryTree({
        'app/Chart.yaml': 'name: app\nversion: 1.0.0\n',
        'app/requirements.yaml': `dependencies:\n${dependency('1.0.0')}`,
      }),
      ['app/charts/redis-1.0.0.tgz'],
    ],
    [
      'nothing where an archive is vendored',
      umbrella(dependency('1.0.0'), { 'app/charts/redis-1.0.0.tgz': redis('1.0.0') }),
      [],
    ],
    ['nothing where a folder is vendored', umbrella(dependency('1.0.0'), { 'app/charts/redis/Chart.yaml': '' }), []],
    [
      'nothing for a folder of the tree',
      umbrella('  - name: lib\n    version: 1.0.0\n    repository: file://../lib\n'),
      [],
    ],
    [
      'nothing for an alias of a repository',
      umbrella('  - name: lib\n    version: 1.0.0\n    repository: "@stable"\n'),
      [],
    ],
    ['nothing where Chart.yaml would end the process', memoryTree({ 'app/Chart.yaml': '['.repeat(100_000) }), []],
    ['nothing where there is none', memoryTree({ 'other.yaml': '' }), []],
  ])('adds %s', async (_, tree, paths) => {
    expect(await added(tree)).toEqual(paths)
  })

  it('does not take a chart of a longer name for the one', async () => {
    const tree = umbrella(dependency('1.0.0'), {
      'app/charts/redis-cluster-1.0.0.tgz': packedChart('redis-cluster', '1.0.0'),
    })
    expect(await added(tree)).toEqual(['app/charts/redis-1.0.0.tgz'])
  })

  it('says what it could not bring', async () => {
    const found = await withDependencies(umbrella(dependency('9.0.0')), 'app', provider)
    expect(found.problems).toMatchObject([{ wanted: { chart: 'redis' }, problem: { reason: 'chart-missing' } }])
  })

  it('writes no file that a name leads elsewhere', async () => {
    const everything: ChartProvider = {
      chart: async () => ({
        found: true,
        version: '1.0.0',
        digest: sha(''),
        archive: redis('1.0.0'),
        files: new Map(),
      }),
    }
    const tree = umbrella(`  - name: ../../../etc/x\n    version: 1.0.0\n    repository: ${REPOSITORY}\n`)
    const found = await withDependencies(tree, 'app', everything)
    expect(found.tree).toBe(tree)
    expect(found.problems).toMatchObject([{ problem: { reason: 'chart-rejected' } }])
  })

  it.each(helms)('lets %s render what a repository gives', async (_, path) => {
    const web = await webServer()
    const packed = redis('1.0.0')
    web.on('/index.yaml', indexYaml({ redis: [{ version: '1.0.0', url: 'redis.tgz', digest: sha(packed) }] }))
    web.on('/redis.tgz', Buffer.from(packed))
    const tree = umbrella(dependency('1.0.0').replace(REPOSITORY, web.origin))
    const found = await withDependencies(tree, 'app', chartFetcher({ allow: [web.origin], allowPrivate: [web.host] }))
    await web.close()
    const helm: HelmSettings = { valueFiles: [], ignoreMissingValueFiles: false, parameters: [] }
    const outcome = await helmRenderer({ path }).render({
      ...{
        tree: found.tree,
        chartPath: 'app',
        releaseName: 'a',
        namespace: 'b',
        valueFiles: [],
        helm,
        validateSchema: true,
      },
    })
    expect(outcome.rendered && valueAt(outcome.objects[0], ['data', 'value'])).toBe('1.0.0')
  })
})
