import type { Application } from '../../domain/index.ts'
import { formatOf } from '../formats/index.ts'
import { isRefused } from '../refused.ts'
import { type ResolvedSource, resolveSources, type Sources } from '../resolve.ts'
import { filesBelow, joinPath } from '../tree.ts'
import { markedFiles } from './written.ts'

const MARK = 'argoproj.io/'

/** A chart that makes Applications of its values, whatever its templates are called. */
const APPLICATIONS_CHART = /(?:^|\/)charts\/argocd-apps[^/]*(?:\.tgz$|\/Chart\.yaml$)/

function inlineMarks({ source, valueFiles }: ResolvedSource): boolean {
  const { helm, kustomize } = source
  const inline = JSON.stringify([helm?.valuesObject ?? null, helm?.values ?? null, kustomize?.patches ?? null])
  if (inline.includes(MARK)) return true
  return valueFiles.some(({ tree, path }) => new TextDecoder().decode(tree.bytes(path)).includes(MARK))
}

function chartMarks(source: ResolvedSource): boolean {
  const prefix = source.dir === '' ? '' : `${source.dir}/`
  const templates = [`${prefix}templates/`, `${prefix}charts/`, `${prefix}crds/`]
  for (const path of markedFiles(source.tree)) if (templates.some((one) => path.startsWith(one))) return true
  const charts = joinPath(source.dir, 'charts') ?? 'charts'
  return filesBelow(source.tree, charts).some((path) => APPLICATIONS_CHART.test(path))
}

/** Whether a source may render Applications, told from the bytes that it reads: rendering all of them to see would take minutes. */
function mayRenderApplications(source: ResolvedSource): boolean {
  const format = formatOf(source)
  if (format.name === 'helm') return chartMarks(source) || inlineMarks(source)
  const marked = markedFiles(source.tree)
  if (marked.size === 0 && format.name === 'directory') return false
  return format.reads(source).some(({ path }) => marked.has(path)) || inlineMarks(source)
}

/** The sources of an Application that may give Applications; undefined where it cannot be looked up. */
export function parentSources(application: Application, sources: Sources): readonly ResolvedSource[] {
  const resolved = resolveSources(application, sources)
  return isRefused(resolved) ? [] : resolved.filter(mayRenderApplications)
}
