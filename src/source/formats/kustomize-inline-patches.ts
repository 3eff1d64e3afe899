import { isJsonObject, type JsonValue, valueAt } from '../../domain/index.ts'
import { type Holder, holdersOf } from '../holders.ts'
import { fileProblem, leafProblem, walk } from '../nodes.ts'
import { leafPlace, type Place, type Question } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import { trace } from '../sentinel.ts'
import { applySplices, encode } from '../splice.ts'
import { findObject } from '../target.ts'
import { readYaml } from '../yaml/index.ts'
import { buildOf } from './kustomize-build.ts'
import { type Candidate, candidatesIn, matchFor } from './kustomize-candidates.ts'
import { inlineTextsAt, outward } from './kustomize-texts.ts'

/** The patches of a source as the holder has them once these sentinels are in it. */
function patchesWith(holder: Holder, subset: readonly Candidate[]): readonly JsonValue[] {
  const text = applySplices(
    holder.source.text,
    subset.flatMap(({ splices }) => splices),
  )
  const read = readYaml(encode(text), holder.file.path)
  const value = read.read ? (read.documents[holder.document]?.value ?? null) : null
  const patches = valueAt(value, [...holder.base, 'kustomize', 'patches'])
  return Array.isArray(patches) ? patches : []
}

function renderWith(question: Question, holder: Holder, subset: readonly Candidate[]): JsonValue | undefined | Refused {
  const { source, sourceIndex, object, place, context } = question
  const overrides = { ...source.source.kustomize, patches: patchesWith(holder, subset) }
  const built = buildOf({ ...source, source: { ...source.source, kustomize: overrides } }, context.deps)
  if (!built.built) return refuse(built.reason, built.message)
  const objects = keyed(built.objects, context.application.destination.namespace, sourceIndex)
  const found = findObject(objects, object.key)
  return found === undefined ? refuse('target-not-found', object.key.name) : valueAt(found.manifest, place.path)
}

async function placeIn(question: Question, holder: Holder): Promise<Place | Refused | undefined> {
  const { file, source, document, base, holdsApplication } = holder
  const texts = inlineTextsAt(file.path, source, document, [...base, 'kustomize'])
  const candidates = candidatesIn(texts, (leaf, path, text) => matchFor(question, leaf, path, text.role))
  const { winner } = await trace(candidates, async (subset) => renderWith(question, holder, subset))
  if (winner === undefined) return undefined
  const { text, path, leaf } = winner.candidate
  const problem = fileProblem(source)
  const found = walk(text.source, winner.candidate.document, path)
  if (problem !== undefined || isRefused(found) || leaf === undefined)
    return problem ?? (isRefused(found) ? found : undefined)
  const { kind, value } = question
  const setting = {
    file,
    source: text.source,
    document: winner.candidate.document,
    path,
    value,
    kind,
    by: 'application',
  }
  return (
    leafProblem(text.source, found.node, path.join('.')) ?? {
      ...outward(text, leafPlace(setting, leaf)),
      holdsApplication,
    }
  )
}

/** Where a patch in the Application's own kustomize settings sets the field, if the Application stands in the repository. */
export async function inlinePatchPlaces(question: Question): Promise<readonly (Place | Refused)[]> {
  const patches = question.source.source.kustomize?.patches ?? []
  if (!patches.some((patch) => isJsonObject(patch) && typeof patch['patch'] === 'string')) return []
  const places: (Place | Refused)[] = []
  for (const holder of holdersOf(question)) {
    const place = await placeIn(question, holder)
    if (place !== undefined) places.push(place)
  }
  return places
}
