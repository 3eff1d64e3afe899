import type { Tree } from '../../domain/index.ts'
import type { Pinned, Unmet } from './dependencies.ts'
import type { ChartProvider, ChartWanted } from './found-chart.ts'
import { treeOfFiles } from './overlay-tree.ts'

export type ChartSources = {
  /** The charts of a repository at a revision, each in a folder of its name; undefined where there is none. */
  tree(repoURL: string, targetRevision: string): Tree | undefined
  /** What each chart that was brought is, at which version. */
  readonly pinned: readonly Pinned[]
  readonly problems: readonly Unmet[]
}

const AT_ONCE = 4

/** Brings all of these charts, a few at once, as the source room asks for trees. */
export async function chartSources(wanted: readonly ChartWanted[], provider: ChartProvider): Promise<ChartSources> {
  const different = [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()]
  const files = new Map<string, Map<string, Uint8Array>>()
  const [pinned, problems]: [Pinned[], Unmet[]] = [[], []]
  const bring = async (one: ChartWanted): Promise<void> => {
    const found = await provider.chart(one)
    if (!found.found) {
      problems.push({ wanted: one, problem: found })
      return
    }
    const key = keyOf(one.repoURL, one.targetRevision)
    const here = files.get(key) ?? new Map<string, Uint8Array>()
    files.set(key, here)
    const folder = one.chart.slice(one.chart.lastIndexOf('/') + 1)
    for (const [path, content] of found.files) here.set(`${folder}/${path}`, content)
    pinned.push({ wanted: one, version: found.version, digest: found.digest })
  }
  for (let at = 0; at < different.length; at += AT_ONCE) await Promise.all(different.slice(at, at + AT_ONCE).map(bring))
  const trees = new Map([...files].map(([key, here]) => [key, treeOfFiles(here)]))
  return { tree: (repoURL, revision) => trees.get(keyOf(repoURL, revision)), pinned, problems }
}

function keyOf(repoURL: string, revision: string): string {
  return JSON.stringify([repoURL, revision])
}
