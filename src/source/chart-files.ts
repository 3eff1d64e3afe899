import type { Tree } from '../domain/index.ts'
import { bytesIfReadable, directoriesAbove, filesBelow, isBelow, joinPath, parentPath } from './tree.ts'

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
  if (!isBelow(path, dir)) return false
  const inside = dir === '' ? path : path.slice(dir.length + 1)
  return ALWAYS.test(inside) || FOLDERS.test(inside) || opensFiles(tree, dir)
}

/** Whether a chart reads the file as something else than values: a template, something that a template opens, the values of a dependency. */
export function isMoreThanValues(tree: Tree, dir: string, path: string): boolean {
  const own = dir === '' ? 'values.yaml' : `${dir}/values.yaml`
  const inside = isChartFile(tree, dir, path) && (path !== own || opensFiles(tree, dir))
  return inside || directoriesAbove(path).some((above) => above !== dir && chartsUsing(tree, above).has(dir))
}

const users = new WeakMap<Tree, ReadonlyMap<string, readonly string[]>>()

function usersOf(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const known = users.get(tree)
  if (known !== undefined) return known
  const found = new Map<string, string[]>()
  for (const path of tree.paths()) {
    if (!/(?:^|\/)(?:Chart|requirements)\.yaml$/.test(path)) continue
    const text = new TextDecoder().decode(bytesIfReadable(tree, path))
    for (const [, relative = ''] of text.matchAll(/file:\/\/([^\s"',}]+)/g)) {
      const dir = joinPath(parentPath(path), relative)
      if (dir !== undefined) found.set(dir, [...(found.get(dir) ?? []), parentPath(path)])
    }
  }
  users.set(tree, found)
  return found
}

/** Directories of charts that take the chart in `dir` in by `file://`, through whatever others. */
export function chartsUsing(tree: Tree, dir: string): ReadonlySet<string> {
  const all = usersOf(tree)
  const using = new Set(all.get(dir) ?? [])
  // A set gives what is added while it is walked, too.
  for (const one of using) for (const above of all.get(one) ?? []) using.add(above)
  return using
}
