import {
  type Application,
  type Field,
  type JsonValue,
  type Location,
  type ObjectKey,
  type Reason,
  valueAt,
} from '../domain/index.ts'
import { editableFields } from './editable-fields.ts'
import { fieldPlace } from './field-place.ts'
import { locationFor } from './locate.ts'
import { type MappedSource, mappedSources } from './map-inputs.ts'
import { questionOf, type ReadersOf, readersLookup } from './question.ts'
import { isRefused, type Refused } from './refused.ts'
import { type RenderedState, renderState } from './render.ts'
import { type RenderDeps, resolveSources, type Sources } from './resolve.ts'
import type { RenderedObject } from './target.ts'

export type MapInput = {
  readonly application: Application
  readonly sources: Sources
  readonly deps: RenderDeps
  /** Applications that may read the same files; the mapped one may be among them. One list for many maps is looked through once. */
  readonly others?: readonly Application[]
  /** The objects whose fields are looked up; all of them unless told. The others are left out. */
  readonly wanted?: (key: ObjectKey) => boolean
}

/** A field of a rendered object. `rendered` is undefined where the object does not have it. */
export type MappedField = {
  readonly field: Field
  /** The container; for `storage` of a StatefulSet the claim template. */
  readonly container?: string
  readonly rendered: JsonValue | undefined
} & (
  | { readonly located: true; readonly location: Location }
  | { readonly located: false; readonly reason: Reason; readonly message: string }
)

export type MappedObject = { readonly key: ObjectKey; readonly source: number; readonly fields: readonly MappedField[] }

export type ApplicationMap = {
  /** In the Application's order, which is that of precedence: of objects that two sources give, the last one's stands. */
  readonly sources: readonly MappedSource[]
} & (
  | { readonly mapped: true; readonly objects: readonly MappedObject[]; readonly tools: readonly string[] }
  | { readonly mapped: false; readonly reason: Reason; readonly message: string }
)

type Named = { readonly field: Field; readonly container?: string }

function renderedIn(object: RenderedObject, { field, container }: Named): JsonValue | undefined {
  const place = fieldPlace(object.manifest, field, container)
  return isRefused(place) ? undefined : valueAt(object.manifest, place.path)
}

async function locationIn(
  state: RenderedState,
  deps: RenderDeps,
  object: RenderedObject,
  named: Named,
  readers: ReadersOf,
): Promise<Location | Refused> {
  const question = questionOf({ deps, target: object.key }, state, named, readers)
  return isRefused(question) ? question : locationFor(question)
}

async function mapObject(
  state: RenderedState,
  deps: RenderDeps,
  object: RenderedObject,
  readers: ReadersOf,
): Promise<MappedObject> {
  const fields: MappedField[] = []
  for (const named of editableFields(object.manifest)) {
    const found = await locationIn(state, deps, object, named, readers)
    const known = { ...named, rendered: renderedIn(object, named) }
    if (isRefused(found)) fields.push({ ...known, located: false, reason: found.reason, message: found.message })
    else fields.push({ ...known, located: true, location: found })
  }
  return { key: object.key, source: object.source, fields }
}

/**
 * Renders an Application once and says of every editable field of its objects where Git sets it, or why that cannot be said. Nothing is
 * changed and nothing is proven: an edit may still be refused by its proof. Fields that are absent have the place of an insertion.
 */
export async function mapApplication(input: MapInput): Promise<ApplicationMap> {
  const { application, sources, deps, wanted } = input
  const state = await renderState(application, sources, deps)
  if (isRefused(state)) {
    // What is too large to be read is so each time.
    const resolved = state.reason === 'input-too-large' ? [] : resolveSources(application, sources)
    const known = isRefused(resolved) ? [] : resolved
    return { mapped: false, reason: state.reason, message: state.message, sources: mappedSources(application, known) }
  }
  const readers = readersLookup({ ...input, target: NO_TARGET }, (tree) => tree)
  const objects: MappedObject[] = []
  for (const object of state.objects) {
    if (wanted?.(object.key) === false) continue
    objects.push(await mapObject(state, deps, object, readers))
  }
  return { mapped: true, objects, tools: state.tools, sources: mappedSources(application, state.sources) }
}

/** Who reads a file does not depend on what is looked for. */
const NO_TARGET = { kind: '', namespace: '', name: '' }
