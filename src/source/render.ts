import { type Application, formatObjectKey, KintsugiError, type Reason } from '../domain/index.ts'
import { formatOf } from './formats/index.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { keyed } from './render-keys.ts'
import {
  type RenderDeps,
  type ResolvedSource,
  resolveSources,
  type SourceFile,
  type Sources,
  treeAt,
} from './resolve.ts'
import type { RenderedObject } from './target.ts'

export type RenderedApplication = {
  readonly rendered: true
  /** In the order of the sources; of objects that two sources give, the last one's. */
  readonly objects: readonly RenderedObject[]
  readonly tools: readonly string[]
  /** Blobs that decided the result, `path -> oid`. Files of another repository than the first source's are `repository#path`. */
  readonly inputs: Readonly<Record<string, string>>
}

export type RenderRefusal = { readonly rendered: false; readonly reason: Reason; readonly message: string }

/** A rendered Application with what tracing needs beside it. */
export type RenderedState = {
  readonly application: Application
  /** The trees that it was rendered from. */
  readonly trees: Sources
  readonly sources: readonly ResolvedSource[]
  readonly objects: readonly RenderedObject[]
  readonly tools: readonly string[]
  readonly files: readonly SourceFile[]
  /** What templates ask the cluster for and nobody told. */
  readonly assumed: readonly string[]
}

function lastWins(objects: readonly RenderedObject[]): readonly RenderedObject[] {
  const winner = new Map(objects.map((object) => [formatObjectKey(object.key), object]))
  return objects.filter((object) => winner.get(formatObjectKey(object.key)) === object)
}

/** `fresh` asks for renders of their own where outcomes are kept. */
export type RenderHow = { readonly fresh?: boolean }

/** Renders every source and keeps of equal objects the last, as Argo CD does. */
export async function renderState(
  application: Application,
  sources: Sources,
  deps: RenderDeps,
  how: RenderHow = {},
): Promise<RenderedState | Refused> {
  try {
    return await renderEach(application, sources, deps, how)
  } catch (error) {
    // A tree lists files that it does not read: what one of them would give concerns the Applications that read it, and no others.
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return refuse('input-too-large', error.message)
    throw error
  }
}

async function renderEach(
  application: Application,
  sources: Sources,
  deps: RenderDeps,
  how: RenderHow,
): Promise<RenderedState | Refused> {
  const resolved = resolveSources(application, sources)
  if (isRefused(resolved)) return resolved
  if (resolved.length === 0)
    return refuse('application-unreadable', `${application.name} has no source that gives objects`)
  const objects: RenderedObject[] = []
  const tools = new Set<string>()
  const files: SourceFile[] = []
  const assumed = new Set<string>()
  for (const [index, source] of resolved.entries()) {
    const rendering = await formatOf(source).render(source, { application, deps, ...how })
    if (isRefused(rendering)) return rendering
    objects.push(...keyed(rendering.objects, application.destination.namespace, index))
    tools.add(rendering.tool)
    for (const one of rendering.assumed ?? []) assumed.add(one)
    files.push(...rendering.files, ...overrideFilesOf(source))
  }
  return {
    application,
    trees: sources,
    sources: resolved,
    objects: lastWins(objects),
    tools: [...tools],
    files,
    assumed: [...assumed],
  }
}

function overrideFilesOf(source: ResolvedSource): readonly SourceFile[] {
  return source.overrides.map((path) => ({ ...treeAt(source), path }))
}

/** `path -> blob oid` of what was read, in code point order. */
export function inputsOf(files: readonly SourceFile[], home: string): Readonly<Record<string, string>> {
  const inputs = files.flatMap(({ tree, path, repoURL }): [string, string][] => {
    const oid = tree.blob(path)
    return oid === undefined ? [] : [[repoURL === home ? path : `${repoURL}#${path}`, oid]]
  })
  return Object.fromEntries(inputs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/** Renders an Application from its trees as Argo CD would. Refusals have the reason of whatever stands in the way. */
export async function renderApplication(
  application: Application,
  sources: Sources,
  deps: RenderDeps,
): Promise<RenderedApplication | RenderRefusal> {
  const state = await renderState(application, sources, deps)
  if (isRefused(state)) return { rendered: false, reason: state.reason, message: state.message }
  return {
    rendered: true,
    objects: state.objects,
    tools: state.tools,
    inputs: inputsOf(state.files, state.sources[0]?.source.repoURL ?? ''),
  }
}
