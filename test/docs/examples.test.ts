import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { makeWorld, STORY_START_MS } from '../../src/cli/demo/make-world.ts'
import { verbs } from '../../src/cli/verbs.ts'
import { failures } from '../../src/diagnosis/failures/index.ts'
import { kintsugi } from '../cli/console.ts'
import { application, DEPLOYMENT, writeTree } from '../cli/golden.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { json, matrix, type PrometheusServer, prometheusServer, timesOf } from '../fakes/prometheus-server.ts'
import { recordedPast } from '../fakes/recorded-past.ts'
import { commandsOf, page, pages, ROOT, shellLines } from './pages.ts'

const MINUTE = 60_000
/** Verbs that need neither a cluster nor a world. */
const ALONE = new Set([
  ...['locate', 'edit', 'map', 'where', 'policy validate', 'detect', 'backtest', 'explain', 'version'],
])

const helm = await helmHere('commands of the pages on charts')

function verbOf(words: readonly string[]): string {
  const found = verbs.find(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name)
  if (found === undefined) throw new Error(`there is no verb in: ${words.join(' ')}`)
  return found.name
}

/** Command lines as a person would type them: placeholders in capitals and flags named alone are none. */
const typed = pages.flatMap(({ path, text }) =>
  commandsOf(text)
    .filter((words) => words.length > 1 || verbs.some(({ name }) => name === words[0]))
    .filter((words) => !words.some((word) => /^(?:[A-Z]{3,}(?:\.\.\.)?|\[.*)$/.test(word)))
    .map((words) => ({ path, words, command: words.join(' ') })),
)

/** A GitOps repository that has everything the examples name. */
async function exampleRepository(): Promise<string> {
  const dir = await writeTree({
    'gitops/argocd/cart-prod.yaml': application('cart-prod', 'apps/cart'),
    // With one container, as the examples name none.
    'gitops/apps/cart/deployment.yaml': DEPLOYMENT.replace(/ {6}- name: proxy[\s\S]*$/, ''),
    'gitops/apps/db.yaml': application('db', 'apps/db'),
    'gitops/charts/cart/Chart.yaml': 'apiVersion: v2\nname: cart\nversion: 1.0.0\n',
    'gitops/charts/cart/values.yaml': 'replicas: 1\n',
    'gitops/charts/cart/values-prod.yaml': 'replicas: 3\n',
    'gitops/charts/cart/templates/deployment.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec:\n  replicas: {{ .Values.replicas }}\n',
    'gitops/apps/db/db.yaml': `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {template: {spec: {containers: [{name: db, image: "registry.example/db:16"}]}}}
`,
  })
  const samples = Array.from({ length: 150 }, (_, row) => `${row * 300},${100 + (row % 7)}`)
  await writeFile(join(dir, 'gitops/latency.csv'), samples.join('\n'))
  await cp(join(ROOT, 'docs/examples/config.yaml'), join(dir, 'gitops/kintsugi.yaml'))
  for (const folder of ['policies', 'stricter', '.kintsugi/policies'])
    await cp(join(ROOT, 'docs/examples/policies'), join(dir, 'gitops', folder), { recursive: true })
  await examplePast(join(dir, 'gitops'))
  await cp(join(ROOT, 'docs/examples/policies/oom-automerge.yaml'), join(dir, 'gitops/policies/cart.yaml'))
  return dir
}

/** A recording and a bare repository, as the pages name them. */
async function examplePast(into: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kintsugi-docs-past-'))
  await recordedPast(folder, { world: { shop: { only: ['cart'] } } }, { minutes: 8, withHistory: true })
  for (const name of ['past', 'shop.git']) await cp(join(folder, name), join(into, name), { recursive: true })
  await rm(folder, { recursive: true, force: true })
}

/** The Prometheus that the pages name: two series with an hour of samples for any query. */
function examplePrometheus(): Promise<PrometheusServer> {
  return prometheusServer(({ form }, response) => {
    const times = timesOf(form).slice(-60)
    const values = times.map((at, row): [number, string] => [at, String(100 + (row % 7))])
    json(response, matrix(['cart', 'web'].map((app) => ({ metric: { app }, values }))))
  })
}

describe('the commands of the pages', () => {
  let dir = ''
  let prometheus: PrometheusServer
  beforeAll(async () => {
    dir = await exampleRepository()
    prometheus = await examplePrometheus()
  })
  afterAll(async () => {
    await prometheus.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('are found', () => {
    expect(new Set(typed.map(({ words }) => verbOf(words)))).toEqual(new Set(verbs.map(({ name }) => name)))
  })

  it.each(typed)('$path: kintsugi $command is understood', ({ words }) => {
    const verb = verbs.find(({ name }) => name === verbOf(words))
    if (verb === undefined) throw new Error('no verb')
    expect(() => readArguments(words.slice(verb.name.split(' ').length), verb)).not.toThrow()
  })

  // A month of a Prometheus is for another test.
  const isLong = (words: readonly string[]) => verbOf(words) === 'backtest' && !words.includes('--recorded')
  const runnable = typed.filter(({ words }) => ALONE.has(verbOf(words)) && !isLong(words))
  const once = [...new Map(runnable.map((one) => [one.command, one])).values()]
  // What writes comes last: the others show the repository as it was.
  const ordered = [...once].sort((a, b) => Number(a.words.includes('--write')) - Number(b.words.includes('--write')))
  // Without helm the chart of the repository has no place in Git, which --unresolved rightly tells by its exit code.
  const withCharts = ordered.filter(({ words }) => words.includes('charts/cart') || words.includes('--unresolved'))
  const others = ordered.filter((one) => !withCharts.includes(one))
  const works = async ({ words }: { words: readonly string[] }): Promise<void> => {
    const asked = words.map((word) => (word === 'http://127.0.0.1:9090' ? prometheus.url : word))
    const { code, out, err } = await kintsugi(asked, { cwd: join(dir, 'gitops') })
    expect({ code, out, err }).toMatchObject({ code: 0, out: expect.stringMatching(/\S/) })
  }
  it.each(others)('kintsugi $command works', works)
  it.skipIf(helm === undefined).each(withCharts)('kintsugi $command works', works)
})

describe('the folder of a demo, as the tutorial has it', () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kintsugi-docs-'))
    const file = {
      schemaVersion: 1,
      seed: 1,
      speed: 1,
      startMs: STORY_START_MS,
      startedWallMs: 0,
      helm: false,
    } as const
    await makeWorld(dir, { ...file, frozenAtMs: STORY_START_MS + 5 * MINUTE })
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const asked = commandsOf(page('docs/tutorial.md')).filter((words) => words.includes('FOLDER'))
  it.each(asked.map((words) => ({ words, command: words.join(' ') })))('kintsugi $command works', async ({ words }) => {
    const { code, out } = await kintsugi(words.map((word) => word.replace('FOLDER', dir)))
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('shop/cart') })
  })

  it('gives the pull request that the README quotes', async () => {
    const { out } = await kintsugi(['plan', '--simulation', dir])
    const written = new Set(out.split('\n').map((line) => line.trimEnd().replace(/^ {2}(?=fix\()/, '')))
    const quoted = page('README.md')
      .split('\n')
      .filter((line) => line.startsWith('> ') && line !== '> ')
      .map((line) => line.slice(2).replace(/^\*\*(fix\(.*)\*\*$/, '$1'))
    expect(quoted.length).toBeGreaterThan(10)
    expect(quoted.filter((line) => !written.has(line))).toEqual([])
  })
})

describe('what the pages name', () => {
  const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

  it('is a script of package.json', () => {
    const named = pages.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ''))
    expect(named).toContain('demo')
    expect(named.filter((name) => manifest.scripts[name] === undefined)).toEqual([])
  })

  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => ({ path, target: match[1] ?? '' })),
  )
  it('are pages that exist', () => {
    expect(links.length).toBeGreaterThan(20)
    const broken = links.filter(({ path, target }) => {
      const [file = '', heading] = target.split('#')
      const place = file === '' ? join(ROOT, path) : resolve(ROOT, dirname(path), file)
      return !existsSync(place) || (heading !== undefined && !headingsOf(place).includes(heading))
    })
    expect(broken).toEqual([])
  })

  const files = ['src', 'test', 'bench', 'docs', 'templates', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
  )
  const named = pages
    .filter(({ path }) => !path.startsWith('docs/reference') && !path.startsWith('docs/how-to'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/`([a-z.](?:[\w.*-]*\/)+[\w.*-]*)`/g)].map((match) => ({ path, name: match[1] ?? '' })),
    )
    .filter(({ name }) => !name.startsWith('kintsugi/') && !name.startsWith('.kintsugi/') && !name.startsWith('shop/'))
  it('are files that exist', () => {
    expect(named.length).toBeGreaterThan(30)
    const missing = named.filter(({ name }) => {
      const bare = name.replace(/\/?\*?$/, '')
      return !files.some((file) => file.endsWith(`/${bare}`) || file.endsWith(`/${bare}.ts`))
    })
    expect(missing).toEqual([])
  })

  it('are the failures that are diagnosed', () => {
    const row = /\| diagnoses \| (.*); anything else/.exec(page('README.md'))?.[1] ?? ''
    const known = failures.map(({ failure }) => failure).filter((failure) => failure !== 'Anomaly')
    expect(row.split(', ').sort()).toEqual([...known].sort())
  })

  it('are the two commands that everything begins with', () => {
    expect(shellLines(page('README.md')).slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  })
})

function headingsOf(file: string): readonly string[] {
  const titles = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '')
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
