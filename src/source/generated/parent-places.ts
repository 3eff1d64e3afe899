import {
  type Field,
  type JsonPath,
  type JsonValue,
  type ManifestOrigin,
  parseField,
  sameObject,
  valueAt,
  type WrittenAt,
} from '../../domain/index.ts'
import { writtenIn } from '../discovery/written.ts'
import { formatOf } from '../formats/index.ts'
import { nestedYaml } from '../nested.ts'
import { walk } from '../nodes.ts'
import { type Place, type Question, readSource, setAt } from '../place.ts'
import { questionOf } from '../question.ts'
import { isRefused, type Refused, refuse, type Setting } from '../refused.ts'
import { type RenderedState, renderState } from '../render.ts'
import { type Sources, treeAt } from '../resolve.ts'
import type { TreeAt } from '../world.ts'
import { applicationNow } from './current.ts'

type Rendered = Extract<ManifestOrigin, { from: 'render' }>

export type PlacesFor = (question: Question) => Promise<readonly (Place | Refused)[]>

/** The field of the parent's object, as a pointer. */
function fieldAt(path: JsonPath): Field | undefined {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
  return parseField(`path:/${steps.join('/')}`)
}

/** The place in a text of values that stands in one file. */
function textPlace(
  question: Question,
  { path, inner = [], value }: Setting,
  { tree, repoURL, revision }: TreeAt,
  written: WrittenAt,
): Place | Refused {
  const text = readSource(tree, written.path)
  if (isRefused(text)) return text
  const at = [...written.at, ...path]
  const found = walk(text, written.document, at)
  if (isRefused(found)) return found
  const nested = nestedYaml(text, found.node)
  if (nested === undefined) return refuse('block-scalar', `${written.path}: ${path.join('.')} is no literal block`)
  const file = { tree, repoURL, revision, path: written.path }
  const { kind } = question
  const place = setAt({ file, source: nested.source, document: 0, path: inner, value, kind, by: 'application' })
  if (isRefused(place)) return place
  const { start } = nested.outer({ start: place.at, end: place.at, text: '' })
  const within = { document: written.document, path: at }
  return { ...place, splices: place.splices.map(nested.outer), at: start, within }
}

/** The text of values in the files that the parent reads, where one has the same. */
function textPlaces(question: Question, setting: Setting, state: RenderedState, rendered: JsonValue | undefined) {
  return state.sources.flatMap((source) => {
    const from = treeAt(source)
    const read = formatOf(source).reads(source)
    const written = read.flatMap((file) => writtenIn(from.tree, file.path, from).applications)
    return written.flatMap(({ manifest, origin }) =>
      origin?.from === 'file' && valueAt(manifest, setting.path) === rendered
        ? [textPlace(question, setting, from, origin.written)]
        : [],
    )
  })
}

/**
 * Where the value that an Application sets itself may be edited in what its parent renders it from: the Application is then an object like
 * any other, and its field is traced through the parent.
 */
export async function parentPlaces(
  question: Question,
  origin: Rendered,
  setting: Setting,
  sources: Sources,
  placesFor: PlacesFor,
): Promise<readonly (Place | Refused)[]> {
  const { deps } = question.context
  const parent = await applicationNow(origin.parent, sources, deps)
  const state = isRefused(parent) ? parent : await renderState(parent, sources, deps)
  if (isRefused(state)) return [refuse(state.reason, `${origin.parent.name} renders the Application: ${state.message}`)]
  const object = state.objects.find(({ key }) => sameObject(key, origin.key))
  const nothing = refuse('templated', `${origin.parent.name} renders the Application ${origin.key.name} of a template`)
  if (setting.inner !== undefined) {
    const places = textPlaces(question, setting, state, valueAt(object?.manifest, setting.path))
    return places.length > 0 ? places.map(rereads) : [nothing]
  }
  const field = fieldAt(setting.path)
  if (field === undefined) return [nothing]
  const asked = questionOf({ deps, target: origin.key }, state, { field, value: setting.value }, () => [])
  if (isRefused(asked)) return [asked]
  return (await placesFor(asked)).map(rereads)
}

function rereads(place: Place | Refused): Place | Refused {
  return isRefused(place) ? place : { ...place, holdsApplication: true }
}
