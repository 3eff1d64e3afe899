import { isJsonObject, type JsonValue, type Tree } from '../../domain/index.ts'
import {
  type ChartProblem,
  type ChartProvider,
  type ChartWanted,
  missing,
  type PinnedChart,
  shown,
} from './found-chart.ts'
import { overlayTree } from './overlay-tree.ts'
import { smallYaml } from './small-yaml.ts'

export type Pinned = PinnedChart & { readonly wanted: ChartWanted }
export type Unmet = { readonly wanted: ChartWanted; readonly problem: ChartProblem }

export type WithDependencies = {
  readonly tree: Tree
  readonly pinned: readonly Pinned[]
  readonly problems: readonly Unmet[]
}

const MOST_DEPENDENCIES = 200

/**
 * The tree in which the dependencies of a chart stand packed in its `charts/`, as `helm dependency build` puts them there: those of Chart.yaml
 * (requirements.yaml in old charts) that name a repository and are not vendored, at the versions of the lock file where it names them. What
 * stands there already is left alone, and so is what names a folder of the tree (`file://`).
 */
export async function withDependencies(
  tree: Tree,
  chartDir: string,
  provider: ChartProvider,
): Promise<WithDependencies> {
  const prefix = chartDir === '' ? '' : `${chartDir}/`
  const files = new Map<string, Uint8Array>()
  const [pinned, problems]: [Pinned[], Unmet[]] = [[], []]
  for (const wanted of wantedBy(tree, prefix)) {
    if (isVendored(tree, prefix, wanted.chart)) continue
    const found = await provider.chart(wanted)
    if (!found.found) {
      problems.push({ wanted, problem: found })
      continue
    }
    const { version, digest, archive } = found
    const name = `${wanted.chart}-${version}`
    if (!/^[\w.+-]{1,250}$/.test(name)) {
      problems.push({ wanted, problem: missing('chart-rejected', `${shown(name)} is no name of a file`) })
      continue
    }
    files.set(`${prefix}charts/${name}.tgz`, archive)
    pinned.push({ wanted, version, digest })
  }
  return { tree: overlayTree(tree, files), pinned, problems }
}

function wantedBy(tree: Tree, prefix: string): readonly ChartWanted[] {
  const locked = [...namedIn(tree, `${prefix}Chart.lock`), ...namedIn(tree, `${prefix}requirements.lock`)]
  const named = [...namedIn(tree, `${prefix}Chart.yaml`), ...namedIn(tree, `${prefix}requirements.yaml`)]
  const wanted = named.flatMap(({ name, version, repository }) => {
    if (!/^(?:https?|oci):\/\//i.test(repository)) return []
    const lock = locked.find((one) => one.name === name && (one.repository === repository || one.repository === ''))
    return [{ repoURL: repository, chart: name, targetRevision: lock?.version ?? version }]
  })
  // Two names by alias for one chart are one file.
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()].slice(0, MOST_DEPENDENCIES)
}

type Named = { readonly name: string; readonly version: string; readonly repository: string }

function namedIn(tree: Tree, path: string): readonly Named[] {
  const content = tree.special(path) === undefined ? tree.bytes(path) : undefined
  if (content === undefined) return []
  const root = smallYaml(content)
  const list = isJsonObject(root) ? root['dependencies'] : undefined
  if (!Array.isArray(list)) return []
  return (list as readonly JsonValue[]).flatMap((one) => {
    if (!isJsonObject(one)) return []
    const { name, version, repository } = one
    if (typeof name !== 'string' || name === '' || typeof version !== 'string') return []
    return [{ name, version, repository: typeof repository === 'string' ? repository : '' }]
  })
}

function isVendored(tree: Tree, prefix: string, chart: string): boolean {
  const folder = `${prefix}charts/`
  return tree
    .paths()
    .some(
      (path) =>
        path === `${folder}${chart}/Chart.yaml` ||
        (path.startsWith(`${folder}${chart}-`) &&
          path.endsWith('.tgz') &&
          /^\d/.test(path.slice(`${folder}${chart}-`.length))),
    )
}
