import {
  type Application,
  type ApplicationSource,
  type ClusterVersions,
  type Isolation,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type RenderHelm,
  type Tree,
  type UnpackChart,
} from '../domain/index.ts'
import { parseSource, rawSources } from './application.ts'
import { substituteBuildVariables, valueFileName } from './build-variables.ts'
import { globMatcher } from './glob.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { filesBelow, isDirectory, joinPath, specialOn, staticDirectory } from './tree.ts'
import type { TreeAt } from './world.ts'
import { readYamlFile } from './yaml-file.ts'

/** Which tree answers for which repository of an Application; undefined where it is not at hand. */
export type Sources = { tree(repoURL: string, targetRevision: string): Tree | undefined }

export type RenderDeps = {
  /** Undefined where there is no helm: charts are then refused with `renderer-missing`. */
  readonly helm: RenderHelm | undefined
  /** How hostile charts are kept in by `helm`. */
  readonly isolation: Isolation
  /** Without it the defaults of packed subcharts are not known. */
  readonly unpack?: UnpackChart
  readonly cluster?: ClusterVersions
  /** What `--load-restrictor` in `kustomize.buildOptions` of Argo CD says; `root-only` where absent. */
  readonly loadRestrictions?: 'root-only' | 'none'
}

/** A file of one of the trees that an Application reads. */
export type SourceFile = TreeAt & { readonly path: string }

export type MissingFile = SourceFile & { readonly after: number }

/** A source with everything looked up that it names. */
export type ResolvedSource = {
  readonly source: ApplicationSource
  /** As messages name it: `spec.source`, `spec.sources[1]`. */
  readonly where: string
  readonly tree: Tree
  /** Directory of the manifests, kustomization or chart in `tree`. */
  readonly dir: string
  /** In order of precedence, the last wins; missing ones that may be missing are left out. */
  readonly valueFiles: readonly SourceFile[]
  /** Value files that may be missing and are; `after` counts the value files that come before. */
  readonly missing: readonly MissingFile[]
  /** Files named `.argocd-source*` that changed this source. */
  readonly overrides: readonly string[]
}

/** RFC 7386, as Argo CD lays an `.argocd-source` file over a source. */
function mergePatch(base: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch
  const result = new Map(isJsonObject(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, mergePatch(result.get(key), value))
  }
  return Object.fromEntries(result)
}

/** What these files may not move: Argo CD ignores such a file's word on where the source is. */
const FIXED = ['repoURL', 'path', 'targetRevision', 'chart', 'ref']

function overrideFiles(application: Application, tree: Tree, dir: string): readonly string[] {
  const names = [
    '.argocd-source.yaml',
    `.argocd-source-${application.name}.yaml`,
    `.argocd-source-${application.namespace}_${application.name}.yaml`,
  ]
  return names.flatMap((name) => joinPath(dir, name) ?? []).filter((path) => tree.blob(path) !== undefined)
}

function overridden(raw: JsonValue | undefined, tree: Tree, files: readonly string[]): JsonValue | undefined | Refused {
  let merged = raw
  for (const file of files) {
    const read = readYamlFile(tree, file)
    if (!read.read) return refuse(read.reason, read.message)
    const value = read.documents[0]?.value
    if (!isJsonObject(value)) continue
    const allowed: JsonObject = Object.fromEntries(Object.entries(value).filter(([key]) => !FIXED.includes(key)))
    merged = mergePatch(merged, allowed)
  }
  return merged
}

/** The chart of a chart repository: the tree answers with the unpacked chart, at its root or in a folder of its name. */
function chartDir(tree: Tree, chart: string): string {
  const name = chart.slice(chart.lastIndexOf('/') + 1)
  return tree.blob('Chart.yaml') === undefined && tree.blob(`${name}/Chart.yaml`) !== undefined ? name : ''
}

function describe(source: ApplicationSource): string {
  const { repoURL, targetRevision, chart } = source
  return chart === undefined ? `${repoURL} at ${targetRevision}` : `the chart ${chart} ${targetRevision} of ${repoURL}`
}

type ValueFileContext = {
  readonly application: Application
  readonly sources: Sources
  readonly source: ApplicationSource
  readonly tree: Tree
  readonly dir: string
  readonly where: string
}

type Found = {
  readonly found: readonly SourceFile[]
  readonly sought: string
  readonly byPattern: boolean
  /** Where the file would be that is named and not there. */
  readonly absent?: SourceFile
}

/** The tree and base directory that a value file's name is relative to. */
function valueFileBase(
  context: ValueFileContext,
  name: string,
): (TreeAt & { readonly base: string; readonly rest: string }) | Refused {
  const { application, sources, source, tree, dir } = context
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name)) {
    return refuse(
      'unsupported-source',
      `${context.where}: value file ${name} is on another host, which is never fetched`,
    )
  }
  if (!name.startsWith('$')) {
    const absolute = name.startsWith('/')
    return {
      tree,
      base: absolute ? '' : dir,
      rest: absolute ? name.replace(/^\/+/, '') : name,
      repoURL: source.repoURL,
      revision: source.targetRevision,
    }
  }
  const slash = name.indexOf('/')
  const ref = slash < 0 ? name.slice(1) : name.slice(1, slash)
  const other = application.sources.find((one) => one.ref === ref)
  if (other === undefined || slash < 0) {
    return refuse('application-unreadable', `${context.where}: value file ${name} names no source with ref: ${ref}`)
  }
  const otherTree = sources.tree(other.repoURL, other.targetRevision)
  if (otherTree === undefined) return refuse('source-missing', `${describe(other)} is not at hand (ref ${ref})`)
  const { repoURL, targetRevision: revision } = other
  return { tree: otherTree, base: '', rest: name.slice(slash + 1), repoURL, revision }
}

const GLOB = /[*?[]/

function findValueFile(context: ValueFileContext, name: string): Found | Refused {
  const base = valueFileBase(context, name)
  if (isRefused(base)) return base
  const path = joinPath(base.base, base.rest)
  if (path === undefined) return refuse('unsafe-path', `${context.where}: value file ${name} leaves the repository`)
  const special = specialOn(base.tree, path)
  if (special !== undefined) return refuse('unsafe-path', `${special.path} is a ${special.what}`)
  const file = (at: string): SourceFile => {
    const { tree, repoURL, revision } = base
    return { tree, path: at, repoURL, revision }
  }
  if (base.tree.blob(path) !== undefined) return { found: [file(path)], sought: path, byPattern: false }
  if (!GLOB.test(path)) return { found: [], sought: path, byPattern: false, absent: file(path) }
  const matches = globMatcher(path, { crossing: false })
  return {
    found: filesBelow(base.tree, staticDirectory(path))
      .filter((at) => matches(at))
      .map(file),
    sought: path,
    byPattern: true,
  }
}

function fileKey({ repoURL, path }: SourceFile): string {
  return `${repoURL}\n${path}`
}

/**
 * The value files in order. As in Argo CD, a file counts once, at its first place, and one that is named by itself stands where it is
 * named, not where a pattern finds it too.
 */
function resolveValueFiles(context: ValueFileContext): Pick<ResolvedSource, 'valueFiles' | 'missing'> | Refused {
  const helm = context.source.helm
  const found: Found[] = []
  for (const written of helm?.valueFiles ?? []) {
    const result = findValueFile(context, valueFileName(written, context.application, context.source))
    if (isRefused(result)) return result
    if (result.found.length === 0 && helm?.ignoreMissingValueFiles !== true) {
      return refuse('value-file-missing', `${context.where} reads ${result.sought}, which does not exist`)
    }
    found.push(result)
  }
  const named = new Set(found.filter((one) => !one.byPattern).flatMap((one) => one.found.map(fileKey)))
  const files = new Map<string, SourceFile>()
  const missing: MissingFile[] = []
  for (const { found: some, byPattern, absent } of found) {
    if (absent !== undefined) missing.push({ ...absent, after: files.size })
    for (const file of some) {
      const key = fileKey(file)
      if (!files.has(key) && !(byPattern && named.has(key))) files.set(key, file)
    }
  }
  return { valueFiles: [...files.values()], missing }
}

function unsupported(source: ApplicationSource, raw: JsonValue | undefined, where: string): Refused | undefined {
  if (source.plugin === true) return refuse('unsupported-source', `${where} is rendered by a config management plugin`)
  const helm = isJsonObject(raw) && isJsonObject(raw['helm']) ? raw['helm'] : {}
  if (Array.isArray(helm['fileParameters']) && helm['fileParameters'].length > 0) {
    return refuse('unsupported-source', `${where}.helm.fileParameters is not traced`)
  }
  return undefined
}

/** Kustomize settings with build variables in them and without components that may be missing and are. */
function kustomizeAsBuilt(
  application: Application,
  source: ApplicationSource,
  tree: Tree,
  dir: string,
): ApplicationSource {
  const { kustomize } = source
  if (kustomize === undefined) return source
  const filled = (text: string): string => substituteBuildVariables(text, application, source)
  const each = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, filled(text)]))
  const exists = (component: string): boolean => {
    const path = joinPath(dir, component)
    return path !== undefined && isDirectory(tree, path)
  }
  const { images, commonLabels, commonAnnotations, components } = kustomize
  const made = {
    ...kustomize,
    ...(images && { images: images.map(filled) }),
    ...(commonLabels && { commonLabels: each(commonLabels) }),
    ...(commonAnnotations && kustomize.commonAnnotationsEnvsubst && { commonAnnotations: each(commonAnnotations) }),
    ...(components && kustomize.ignoreMissingComponents && { components: components.filter(exists) }),
  }
  return { ...source, kustomize: made }
}

/** Looks up the tree, directory, overrides and value files of one source; undefined for a source that only lends its files by `ref`. */
function resolveOne(
  application: Application,
  sources: Sources,
  raw: JsonValue | undefined,
  where: string,
): ResolvedSource | Refused | undefined {
  const written = parseSource(raw, where)
  if (isRefused(written)) return written
  if (written.path === undefined && written.chart === undefined) return undefined
  const tree = sources.tree(written.repoURL, written.targetRevision)
  if (tree === undefined) return refuse('source-missing', `${describe(written)} is not at hand`)
  const dir = written.chart === undefined ? (written.path ?? '') : chartDir(tree, written.chart)
  const special = dir === '' ? undefined : specialOn(tree, dir)
  if (special !== undefined) return refuse('unsafe-path', `${special.path} is a ${special.what}`)
  if (!isDirectory(tree, dir))
    return refuse('path-missing', `${where}.path ${dir} is not a directory of ${describe(written)}`)
  const overrides = overrideFiles(application, tree, dir)
  const merged = overridden(raw, tree, overrides)
  if (isRefused(merged)) return merged
  const source = parseSource(merged, where)
  if (isRefused(source)) return source
  const wrong = unsupported(source, merged, where)
  if (wrong !== undefined) return wrong
  const files = resolveValueFiles({ application, sources, source, tree, dir, where })
  if (isRefused(files)) return files
  return { source: kustomizeAsBuilt(application, source, tree, dir), where, tree, dir, ...files, overrides }
}

/** Every source of the Application that gives objects, in its order. */
export function resolveSources(application: Application, sources: Sources): readonly ResolvedSource[] | Refused {
  const resolved: ResolvedSource[] = []
  for (const { raw, where } of rawSources(application.manifest)) {
    const one = resolveOne(application, sources, raw, where)
    if (isRefused(one)) return one
    if (one !== undefined) resolved.push(one)
  }
  return resolved
}

/** The tree of a source with where it is from. */
export function treeAt({ tree, source }: ResolvedSource): TreeAt {
  return { tree, repoURL: source.repoURL, revision: source.targetRevision }
}
