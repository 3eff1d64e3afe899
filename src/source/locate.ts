import type { Field, Location, Reason } from '../domain/index.ts'
import { liveMismatch } from './live.ts'
import { pinned } from './pinned.ts'
import { type Place, plainText, type Question, readSource } from './place.ts'
import { placesFor } from './places.ts'
import { type Lookup, questionOf, readersLookup } from './question.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { renderState } from './render.ts'
import type { Passage } from './world.ts'
import { positionIn } from './yaml/index.ts'

export type LocateInput = Lookup & { readonly field: Field }

export type LocateResult =
  | { readonly located: true; readonly location: Location }
  | { readonly located: false; readonly reason: Reason; readonly message: string }

function positionOf({ file, at, by }: Passage): { readonly line: number; readonly column: number } | Refused {
  const source = by === 'template' ? plainText(file.tree, file.path) : readSource(file.tree, file.path)
  if (isRefused(source)) return source
  const { line, col } = positionIn(typeof source === 'string' ? source : source.text, at)
  return { line, column: col }
}

/** Where a passage is, for people. */
export function locationOf(passage: Passage, question: Question): Location | Refused {
  const { file, text, by } = passage
  const position = positionOf(passage)
  if (isRefused(position)) return position
  return {
    file: file.path,
    ...position,
    text,
    rendered: question.current,
    by,
    alsoReadBy: question.sharedBy(file),
    repoURL: file.repoURL,
  }
}

function editAt(place: Place, written: Location): Pick<Location, 'editAt'> {
  const position = positionOf(place)
  const { path: file, repoURL } = place.file
  if (isRefused(position) || (file === written.file && position.line === written.line && repoURL === written.repoURL))
    return {}
  return { editAt: { file, ...position, by: place.by, repoURL } }
}

/** Why no edit goes to a place: a refusal instead of one, others that read it too, or a pinned revision. */
function whyNot(place: Place | Refused): Refused | undefined {
  return isRefused(place) ? place : (place.barred ?? pinned(place))
}

/** What stands in the way of every place: a refusal says more than that others read a line. */
function firstReason(places: readonly (Place | Refused)[]): Refused | undefined {
  const shared = places.find((place) => !isRefused(place) && place.barred !== undefined)
  return whyNot(places.find((place) => place !== shared) ?? shared ?? refuse('not-in-git', 'no place takes an edit'))
}

/**
 * The line that sets the field now, or where it would be inserted; with where an edit would go instead, or why it would be refused.
 * Refused only where no such line is known.
 */
export async function locationFor(question: Question): Promise<Location | Refused> {
  const places = await placesFor(question)
  const stands = places.find((place): place is Place => !isRefused(place))
  const writer = places.find((place) => place.writer !== undefined)?.writer ?? stands
  if (writer === undefined) return firstReason(places) ?? refuse('not-in-git', `nothing in Git sets ${question.field}`)
  const location = locationOf(writer, question)
  const best = places.find((place): place is Place => whyNot(place) === undefined)
  if (isRefused(location)) return location
  if (best !== undefined) return { ...location, ...editAt(best, location) }
  const refused = firstReason(places)
  if (refused === undefined) return location
  return { ...location, editRefused: { reason: refused.reason, message: refused.message } }
}

async function find(input: LocateInput): Promise<Location | Refused> {
  const state = await renderState(input.application, input.sources, input.deps)
  if (isRefused(state)) return state
  const question = questionOf(
    input,
    state,
    { field: input.field },
    readersLookup(input, (tree) => tree),
  )
  if (isRefused(question)) return question
  const location = await locationFor(question)
  const { live } = input
  const mismatch = live === undefined ? undefined : liveMismatch(question, live, state.objects)
  if (isRefused(location) || mismatch === undefined || location.editRefused !== undefined) return location
  return { ...location, editRefused: { reason: mismatch.reason, message: mismatch.message } }
}

/** Finds the line that sets a field, or where an edit would set it, also where an edit would be refused. Nothing is changed and nothing is proven. */
export async function locate(input: LocateInput): Promise<LocateResult> {
  const found = await find(input)
  return isRefused(found)
    ? { located: false, reason: found.reason, message: found.message }
    : { located: true, location: found }
}
