import type { Application, Tree } from '../domain/index.ts'
import { kustomizationGraph } from './kustomization-graph.ts'
import { kustomizationRoots } from './kustomize/index.ts'
import type { Sources } from './resolve.ts'
import { directoryApplication, releaseNameOf } from './synthetic.ts'
import { bytesIfReadable, filesBelow, parentPath } from './tree.ts'

/** Something that could be deployed and that no Application of the tree deploys. */
export type Root = {
  readonly kind: 'kustomization' | 'chart' | 'manifests'
  readonly dir: string
  /** Of a chart: the value file beside it that stands for an environment. */
  readonly values?: string
  /** The Application that would deploy it, which stands in no file. */
  readonly application: Application
}

function textOf(tree: Tree, path: string): string {
  const bytes = bytesIfReadable(tree, path)
  return bytes === undefined ? '' : new TextDecoder().decode(bytes)
}

function rootOf(kind: Root['kind'], dir: string, repoURL: string, values?: string): Root {
  const last = dir === '' ? 'root' : dir.slice(dir.lastIndexOf('/') + 1)
  const application = directoryApplication({
    name: releaseNameOf(last),
    path: dir,
    repoURL,
    // Helm renders into `default` where nobody says otherwise; for manifests nothing is known.
    namespace: kind === 'chart' ? 'default' : '',
    ...(values !== undefined && { valueFiles: [values] }),
  })
  return { kind, dir, application, ...(values !== undefined && { values }) }
}

const CHART = /(?:^|\/)Chart\.yaml$/
const ENVIRONMENT_VALUES = /^values[-._][^/]+\.ya?ml$/

function isLibrary(tree: Tree, chart: string): boolean {
  return /^type:\s*["']?library\b/m.test(textOf(tree, chart))
}

/** The directories of charts, without those that lie within another chart. */
function chartDirs(tree: Tree): readonly string[] {
  const dirs = tree
    .paths()
    .filter((path) => CHART.test(path))
    .map(parentPath)
  const known = new Set(dirs)
  const within = (dir: string): boolean => {
    if (dir === '') return false
    for (let above = parentPath(dir); ; above = parentPath(above)) {
      if (known.has(above)) return true
      if (above === '') return false
    }
  }
  return dirs.filter((dir) => !within(dir))
}

function chartRoots(tree: Tree, dir: string, repoURL: string): readonly Root[] {
  const prefix = dir === '' ? '' : `${dir}/`
  const variants = filesBelow(tree, dir)
    .map((path) => path.slice(prefix.length))
    .filter((name) => ENVIRONMENT_VALUES.test(name))
  return [rootOf('chart', dir, repoURL), ...variants.map((name) => rootOf('chart', dir, repoURL, name))]
}

const WORKLOAD =
  /^kind:\s*["']?(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Pod|Rollout|HorizontalPodAutoscaler|PersistentVolumeClaim|List)["']?\s*(?:#.*)?$/m

/** Directories that hold plain manifests of workloads, which nothing else reads. */
function manifestDirs(tree: Tree, isRead: (path: string) => boolean): readonly string[] {
  const dirs = tree
    .paths()
    .filter((path) => /\.ya?ml$/.test(path) && !isRead(path) && WORKLOAD.test(textOf(tree, path)))
    .map(parentPath)
  return [...new Set(dirs)]
}

/** Directories of the tree that Applications name, with all below them where one of them is read so. */
export function deployedDirs(
  applications: readonly Application[],
  sources: Sources,
  tree: Tree,
): (dir: string) => boolean {
  const exact = new Set<string>()
  const below: string[] = []
  for (const application of applications) {
    for (const { repoURL, targetRevision, path, directory } of application.sources) {
      if (path === undefined || sources.tree(repoURL, targetRevision) !== tree) continue
      exact.add(path)
      if (directory?.recurse === true) below.push(path === '' ? '' : `${path}/`)
    }
  }
  return (dir) => exact.has(dir) || below.some((prefix) => dir.startsWith(prefix))
}

/**
 * What stands in a tree and is deployed by none of its Applications: kustomizations that no other one refers to, charts, directories of
 * plain manifests. HEURISTIC: a file `values-*.yaml` beside a chart counts as one environment of it, and a hidden directory holds
 * nothing that is deployed.
 */
export function rootsOf(
  tree: Tree,
  repoURL: string,
  applications: readonly Application[],
  sources: Sources,
): readonly Root[] {
  const graph = kustomizationGraph(tree)
  const isDeployed = deployedDirs(applications, sources, tree)
  const isLoose = (dir: string): boolean => !isDeployed(dir) && !`/${dir}`.includes('/.')
  const kustomized = kustomizationRoots(tree)
  const charts = chartDirs(tree)
  const inFolder = new Set(kustomized)
  const inChart = (path: string): boolean => charts.some((dir) => dir === '' || path.startsWith(`${dir}/`))
  const isRead = (path: string): boolean =>
    inFolder.has(parentPath(path)) || !isLoose(parentPath(path)) || inChart(path) || graph.readers(path).size > 0
  return [
    ...kustomized.filter((dir) => graph.isTop(dir) && isLoose(dir)).map((dir) => rootOf('kustomization', dir, repoURL)),
    ...charts
      .filter((dir) => isLoose(dir) && !isLibrary(tree, dir === '' ? 'Chart.yaml' : `${dir}/Chart.yaml`))
      .flatMap((dir) => chartRoots(tree, dir, repoURL)),
    ...manifestDirs(tree, isRead).map((dir) => rootOf('manifests', dir, repoURL)),
  ]
}
