import { isAbsolute, join, resolve } from 'node:path'
import {
  type ChartProvider,
  chartFetcher,
  chartFolder,
  chartSources,
  type Pinned,
  type Unmet,
  withDependencies,
} from '../../adapters/charts/index.ts'
import type { Application, ApplicationSource, Tree } from '../../domain/index.ts'
import type { Sources } from '../../source/index.ts'
import type { Io } from '../io.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Charts that are in no checkout: where they are brought from, until `close`. */
export type OpenedCharts = ChartProvider & { close(): Promise<void> }

/**
 * `--charts fetch`: from every public https repository and registry that the sources name, since whoever types it asks for just that;
 * `--charts DIR`: out of a folder, without a network. Undefined where the flag is absent: nothing is fetched then.
 */
export function openCharts(told: string | undefined, cwd: string, env: Env): OpenedCharts | undefined {
  if (told === undefined) return undefined
  if (told !== 'fetch') return { ...chartFolder(resolve(cwd, told)), close: async () => undefined }
  const dir = cacheFolder(env)
  return chartFetcher({ allow: ['*'], ...(dir === undefined ? {} : { cacheDir: dir }) })
}

function cacheFolder(env: Env): string | undefined {
  const { XDG_CACHE_HOME: told, HOME: home } = env
  if (told !== undefined && isAbsolute(told)) return join(told, 'kintsugi', 'charts')
  return home !== undefined && isAbsolute(home) ? join(home, '.cache', 'kintsugi', 'charts') : undefined
}

export type ChartedSources = {
  readonly sources: Sources
  readonly pinned: readonly Pinned[]
  readonly problems: readonly Unmet[]
}

/**
 * The same sources with what these Applications read of chart repositories: charts that they name, and dependencies that charts in Git name
 * and do not hold. One tree stays one tree, whatever URL it is asked by.
 */
export async function withCharts(
  applications: readonly Application[],
  sources: Sources,
  provider: ChartProvider,
): Promise<ChartedSources> {
  const all = applications.flatMap((application) => application.sources)
  const wanted = all.flatMap(({ repoURL, chart, targetRevision }) =>
    chart === undefined ? [] : [{ repoURL, chart, targetRevision }],
  )
  const charts = await chartSources(wanted, provider)
  const [pinned, problems] = [[...charts.pinned], [...charts.problems]]
  const over = new Map<Tree, Tree>()
  for (const { tree, path } of chartsInGit(all, sources)) {
    const found = await withDependencies(over.get(tree) ?? tree, path, provider)
    over.set(tree, found.tree)
    pinned.push(...found.pinned)
    problems.push(...found.problems)
  }
  const tree = (repoURL: string, revision: string): Tree | undefined => {
    const known = charts.tree(repoURL, revision) ?? sources.tree(repoURL, revision)
    return known === undefined ? undefined : (over.get(known) ?? known)
  }
  return { sources: { ...sources, tree }, pinned, problems }
}

/**
 * What the flag `--charts` brings for these Applications, closed again; the same sources without the flag. What could not be brought, and
 * which version a range is, is said on stderr: the sources alone would only lack it.
 */
export async function chartedSources(
  told: string | undefined,
  io: Io,
  applications: readonly Application[],
  sources: Sources,
): Promise<Sources> {
  const say = (line: string): void => io.err.write(`charts: ${line.replace(/\p{C}+/gu, ' ')}\n`)
  const charts = openCharts(told, io.cwd, io.env)
  if (charts === undefined) return sources
  try {
    const brought = await withCharts(applications, sources, charts)
    const problems = brought.problems.map(({ problem }) => `${problem.message} (${problem.reason})`)
    for (const line of new Set(problems)) say(line)
    for (const { wanted, version } of brought.pinned)
      if (wanted.targetRevision !== version) say(`${wanted.chart} ${wanted.targetRevision} is ${version}`)
    return brought.sources
  } finally {
    await charts.close()
  }
}

/** Folders of charts, each once, however many Applications read it. */
function chartsInGit(
  all: readonly ApplicationSource[],
  sources: Sources,
): readonly { readonly tree: Tree; readonly path: string }[] {
  const found = new Map<Tree, Set<string>>()
  for (const { repoURL, targetRevision, path, chart } of all) {
    if (path === undefined || chart !== undefined) continue
    const tree = sources.tree(repoURL, targetRevision)
    if (tree?.blob(path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`) === undefined) continue
    found.set(tree, (found.get(tree) ?? new Set()).add(path))
  }
  return [...found].flatMap(([tree, paths]) => [...paths].map((path) => ({ tree, path })))
}
