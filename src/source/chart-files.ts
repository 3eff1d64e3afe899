import type { Tree } from '../domain/index.ts'
import { bytesIfReadable, filesBelow } from './tree.ts'

/** What helm itself reads of a chart, whatever its templates say. */
const ALWAYS = /^(?:Chart\.(?:yaml|lock)|values\.yaml|values\.schema\.json|requirements\.(?:yaml|lock)|\.helmignore)$/
const FOLDERS = /^(?:templates|crds|charts)\//

const opened = new WeakMap<Tree, Map<string, boolean>>()

function mentionsFiles(tree: Tree, dir: string): boolean {
  return filesBelow(tree, dir).some((path) => {
    const inside = dir === '' ? path : path.slice(dir.length + 1)
    if (/^charts\/.*\.tgz$/.test(inside)) return true
    if (!FOLDERS.test(inside) && inside !== 'values.yaml') return false
    return new TextDecoder().decode(bytesIfReadable(tree, path)).includes('Files')
  })
}

/** Whether templates of the chart may open files by name: then any file of the chart may decide what is rendered. */
function opensFiles(tree: Tree, dir: string): boolean {
  const known = opened.get(tree) ?? new Map<string, boolean>()
  opened.set(tree, known)
  const answer = known.get(dir) ?? mentionsFiles(tree, dir)
  known.set(dir, answer)
  return answer
}

/**
 * Whether a file below a chart's directory can decide what the chart renders. HEURISTIC: templates that open files say `Files`
 * somewhere; a packed subchart counts as one that does. So `values-dev.yaml` beside a chart is not read for production.
 */
export function isChartFile(tree: Tree, dir: string, path: string): boolean {
  const prefix = dir === '' ? '' : `${dir}/`
  if (!path.startsWith(prefix)) return false
  const inside = path.slice(prefix.length)
  return ALWAYS.test(inside) || FOLDERS.test(inside) || opensFiles(tree, dir)
}
