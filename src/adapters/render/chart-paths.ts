import type { Tree } from '../../domain/index.ts'

const known = new WeakMap<Tree, Map<string, readonly string[]>>()

/** The files of a tree below the chart's folder; '' is the root. A tree never changes, and a large one has many Applications of few charts. */
export function chartPaths(tree: Tree, chartPath: string): readonly string[] {
  const charts = known.get(tree) ?? new Map<string, readonly string[]>()
  known.set(tree, charts)
  const prefix = chartPath === '' ? '' : `${chartPath}/`
  const paths = charts.get(chartPath) ?? tree.paths().filter((path) => path.startsWith(prefix))
  charts.set(chartPath, paths)
  return paths
}
