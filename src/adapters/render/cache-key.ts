import { digestOf, type HelmRenderInput, KintsugiError, sha256, type Tree } from '../../domain/index.ts'
import { specialOf } from './chart.ts'
import { chartPaths } from './chart-paths.ts'

/** Raised when equal input may give another outcome than before. */
const FORMAT = 'kintsugi-render-3'

/**
 * A digest of everything that decides what helm prints: paths and blobs of the chart, blobs of the value files, the settings, the tool.
 * Undefined where the outcome cannot be told by that: links, or files that are not there.
 */
export function cacheKey(input: HelmRenderInput, tool: string): string | undefined {
  const { tree, chartPath, valueFiles, fresh: _, ...settings } = input
  const chart = chartDigest(tree, chartPath)
  if (chart === undefined) return undefined
  const values: (readonly [string, string])[] = []
  for (const file of valueFiles) {
    const blob = file.tree.special(file.path) === undefined ? blobOf(file.tree, file.path) : undefined
    if (blob === undefined) return undefined
    values.push([file.path, blob])
  }
  return digestOf({ format: FORMAT, tool, chart, values, settings })
}

const known = new WeakMap<Tree, Map<string, string | undefined>>()

/** Of paths and blobs; the path of the chart counts too, since messages name it. A tree never changes, so each chart is looked at once. */
function chartDigest(tree: Tree, chartPath: string): string | undefined {
  const charts = known.get(tree) ?? new Map<string, string | undefined>()
  known.set(tree, charts)
  if (!charts.has(chartPath)) charts.set(chartPath, digestOfChart(tree, chartPath))
  return charts.get(chartPath)
}

function digestOfChart(tree: Tree, chartPath: string): string | undefined {
  const paths = chartPaths(tree, chartPath)
  if (specialOf(tree, chartPath, paths) !== undefined) return undefined
  const lines = [JSON.stringify(chartPath)]
  for (const path of paths) {
    const blob = blobOf(tree, path)
    if (blob === undefined) return undefined
    lines.push(`${blob} ${JSON.stringify(path)}`)
  }
  return sha256(lines.join('\n'))
}

/** Undefined too where the tree does not read what it lists: the renderer says why. */
function blobOf(tree: Tree, path: string): string | undefined {
  try {
    return tree.blob(path)
  } catch (error) {
    if (error instanceof KintsugiError) return undefined
    throw error
  }
}
