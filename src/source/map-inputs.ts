import type { Application, ApplicationSource, Tree } from '../domain/index.ts'
import { formatOf } from './formats/index.ts'
import { isKustomizationPath } from './kustomize/index.ts'
import type { ResolvedSource, SourceFile } from './resolve.ts'
import { joinPath } from './tree.ts'

/** What a setting of a source is. `value-file` and below are Helm's, `kustomization` and `kustomize` are Kustomize's. */
export type InputKind =
  | 'chart-defaults'
  | 'value-file'
  | 'values'
  | 'valuesObject'
  | 'parameters'
  | 'kustomization'
  | 'kustomize'
  | 'manifests'
  | 'override-file'

/** One thing that decides what a source gives. Without a path it stands in the Application itself. */
export type MappedInput = {
  readonly kind: InputKind
  readonly path?: string
  /** Repository of the file, where it is another than the source's. */
  readonly repoURL?: string
}

/** A source of an Application. Its inputs are in order of precedence: each wins over those before it. */
export type MappedSource = {
  /** As messages name it: `spec.source`, `spec.sources[1]`. */
  readonly where: string
  /** `ref` lends its files to other sources; `unknown` could not be looked up. */
  readonly format: 'helm' | 'kustomize' | 'directory' | 'ref' | 'unknown'
  readonly repoURL: string
  readonly revision: string
  readonly path?: string
  readonly chart?: string
  readonly inputs: readonly MappedInput[]
}

function settingsOf(source: ApplicationSource): readonly MappedInput[] {
  const { helm, kustomize } = source
  return [
    ...(helm?.values !== undefined && helm.values !== '' ? [{ kind: 'values' } as const] : []),
    ...(helm?.valuesObject !== undefined ? [{ kind: 'valuesObject' } as const] : []),
    ...(helm !== undefined && helm.parameters.length > 0 ? [{ kind: 'parameters' } as const] : []),
    ...(kustomize !== undefined && Object.keys(kustomize).length > 0 ? [{ kind: 'kustomize' } as const] : []),
  ]
}

function fileInput(kind: InputKind, file: SourceFile, home: string): MappedInput {
  return { kind, path: file.path, ...(file.repoURL !== home && { repoURL: file.repoURL }) }
}

function defaultsOf({ tree, dir }: { readonly tree: Tree; readonly dir: string }): readonly MappedInput[] {
  const path = joinPath(dir, 'values.yaml')
  return path !== undefined && tree.blob(path) !== undefined ? [{ kind: 'chart-defaults', path }] : []
}

/** Bases first, by depth of reference; the kustomization that the source names is the last, since it changes what they give. */
function kustomizationsOf(resolved: ResolvedSource): readonly MappedInput[] {
  const home = resolved.source.repoURL
  const files = formatOf(resolved)
    .reads(resolved)
    .filter(({ path }) => isKustomizationPath(path))
  const own = (file: SourceFile): boolean => file.path.slice(0, file.path.lastIndexOf('/')) === resolved.dir
  return [...files.filter((file) => !own(file)), ...files.filter(own)].map((file) =>
    fileInput('kustomization', file, home),
  )
}

/** What decides a source that was looked up. */
function inputsOfResolved(resolved: ResolvedSource): readonly MappedInput[] {
  const { source, overrides, valueFiles } = resolved
  const format = formatOf(resolved).name
  const settings = settingsOf(source)
  const files = overrides.map((path): MappedInput => ({ kind: 'override-file', path }))
  switch (format) {
    case 'helm':
      return [
        ...defaultsOf(resolved),
        ...valueFiles.map((file) => fileInput('value-file', file, source.repoURL)),
        ...settings,
        ...files,
      ]
    case 'kustomize':
      return [...kustomizationsOf(resolved), ...settings, ...files]
    case 'directory':
      return [{ kind: 'manifests', path: resolved.dir }, ...files]
    default:
      return format satisfies never
  }
}

function place(source: ApplicationSource): Pick<MappedSource, 'repoURL' | 'revision' | 'path' | 'chart'> {
  return {
    repoURL: source.repoURL,
    revision: source.targetRevision,
    ...(source.path !== undefined && { path: source.path }),
    ...(source.chart !== undefined && { chart: source.chart }),
  }
}

/** A source as it is written, where it cannot be looked up: value files by the names that the Application gives them. */
function asWritten(source: ApplicationSource, where: string): MappedSource {
  const lends = source.path === undefined && source.chart === undefined
  const files = (source.helm?.valueFiles ?? []).map((path): MappedInput => ({ kind: 'value-file', path }))
  return {
    where,
    format: lends ? 'ref' : 'unknown',
    ...place(source),
    inputs: [...files, ...settingsOf(source)],
  }
}

/** Every source of an Application with what decides it. `resolved` are those that could be looked up. */
export function mappedSources(application: Application, resolved: readonly ResolvedSource[]): readonly MappedSource[] {
  return application.sources.map((source, index) => {
    const where = application.sources.length === 1 ? 'spec.source' : `spec.sources[${index}]`
    const found = resolved.find((one) => one.where === `spec.sources[${index}]` || one.where === where)
    if (found === undefined) return asWritten(source, where)
    return {
      where: found.where,
      format: formatOf(found).name,
      ...place(found.source),
      inputs: inputsOfResolved(found),
    }
  })
}
