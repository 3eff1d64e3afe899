import type { Field, Location, Reason } from '../domain/index.ts'
import { type Place, plainText, type Question, readSource } from './place.ts'
import { type Lookup, placesFor, questionOf, readersLookup } from './question.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { renderState } from './render.ts'
import { positionIn } from './yaml/index.ts'

export type LocateInput = Lookup & { readonly field: Field }

export type LocateResult =
  | { readonly located: true; readonly location: Location }
  | { readonly located: false; readonly reason: Reason; readonly message: string }

/** Where a place is, for people. */
export function locationOf(place: Place, question: Question): Location | Refused {
  const { file, at, text, by } = place
  const source = by === 'template' ? plainText(file.tree, file.path) : readSource(file.tree, file.path)
  if (isRefused(source)) return source
  const { line, col } = positionIn(typeof source === 'string' ? source : source.text, at)
  return {
    file: file.path,
    line,
    column: col,
    text,
    rendered: question.current,
    by,
    alsoReadBy: question.sharedBy(file),
    repoURL: file.repoURL,
  }
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
  const places = await placesFor(question)
  return best(question, places) ?? refuse('not-in-git', `nothing in Git sets ${input.field}`)
}

/** The line that writes the field; where others read it too, with where an edit would go, or why none can be made. */
function best(question: Question, places: readonly (Place | Refused)[]): Location | Refused | undefined {
  const all = places.filter((place): place is Place => !isRefused(place))
  const [first, open] = [all[0], all.find(({ barred }) => barred === undefined)]
  const refused = places.find(isRefused)
  if (first === undefined) return refused
  const location = locationOf(first, question)
  if (isRefused(location) || first === open) return location
  if (open === undefined) {
    const { reason, message } = refused ?? first.barred ?? refuse('shared-writer', `others read ${first.file.path} too`)
    return { ...location, editRefused: { reason, message } }
  }
  const there = locationOf(open, question)
  if (isRefused(there)) return location
  const { file, line, column, by } = there
  return { ...location, editAt: { file, line, column, by } }
}

/** Finds the line that sets a field, or where an edit would set it. Nothing is changed and nothing is proven. */
export async function locate(input: LocateInput): Promise<LocateResult> {
  const found = await find(input)
  return isRefused(found)
    ? { located: false, reason: found.reason, message: found.message }
    : { located: true, location: found }
}
