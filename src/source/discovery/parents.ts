import type { Application, Tree } from '../../domain/index.ts'
import { inlinePaths } from '../application-claims.ts'
import { formatOf } from '../formats/index.ts'
import { kustomizationGraph } from '../kustomization-graph.ts'
import { isRefused } from '../refused.ts'
import { type ResolvedSource, resolveSources, type Sources } from '../resolve.ts'
import { bytesIfReadable, filesBelow, joinPath } from '../tree.ts'
import { markedFiles } from './written.ts'

const MARK = 'argoproj.io/'

/** A chart that makes Applications of its values, whatever its templates are called. */
const APPLICATIONS_CHART = /(?:^|\/)charts\/argocd-apps[^/]*(?:\.tgz$|\/Chart\.yaml$)/

function inlineMarks({ source, valueFiles }: ResolvedSource): boolean {
  const { helm, kustomize } = source
  const inline = JSON.stringify([helm?.valuesObject ?? null, helm?.values ?? null, kustomize?.patches ?? null])
  if (inline.includes(MARK)) return true
  return valueFiles.some(({ tree, path }) => new TextDecoder().decode(bytesIfReadable(tree, path)).includes(MARK))
}

function chartMarks(source: ResolvedSource): boolean {
  const prefix = source.dir === '' ? '' : `${source.dir}/`
  const templates = [`${prefix}templates/`, `${prefix}charts/`, `${prefix}crds/`]
  for (const path of markedFiles(source.tree)) if (templates.some((one) => path.startsWith(one))) return true
  const charts = joinPath(source.dir, 'charts') ?? 'charts'
  return filesBelow(source.tree, charts).some((path) => APPLICATIONS_CHART.test(path))
}

const roots = new WeakMap<Tree, ReadonlySet<string>>()

/** Kustomizations that lead to a marked file, and these files; told from what the kustomizations name, without building them. */
function markedRoots(tree: Tree): ReadonlySet<string> {
  const known = roots.get(tree)
  if (known !== undefined) return known
  const graph = kustomizationGraph(tree)
  const found = new Set<string>()
  for (const path of markedFiles(tree)) for (const root of [path, ...graph.readers(path)]) found.add(root)
  roots.set(tree, found)
  return found
}

/** Whether a source may render Applications, told from the bytes that it reads: rendering all of them to see would take minutes. */
function mayRenderApplications(source: ResolvedSource): boolean {
  const format = formatOf(source)
  if (format.name === 'helm') return chartMarks(source) || inlineMarks(source)
  if (format.name === 'kustomize') {
    const led = markedRoots(source.tree)
    return [source.dir, ...inlinePaths(source.source)].some((root) => led.has(root)) || inlineMarks(source)
  }
  const marked = markedFiles(source.tree)
  return marked.size > 0 && format.reads(source).some(({ path }) => marked.has(path))
}

/** The sources of an Application that may give Applications; undefined where it cannot be looked up. */
export function parentSources(application: Application, sources: Sources): readonly ResolvedSource[] {
  const resolved = resolveSources(application, sources)
  return isRefused(resolved) ? [] : resolved.filter(mayRenderApplications)
}
