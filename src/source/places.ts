import { formatOf } from './formats/index.ts'
import { generatedPlaces } from './generated/index.ts'
import type { Place, Question } from './place.ts'
import { isPending, isRefused, type Refused, refuse } from './refused.ts'

/** Where the field may be set, the best first. */
export async function placesFor(question: Question): Promise<readonly (Place | Refused)[]> {
  const format = formatOf(question.source)
  // Nothing tells one true from another, so no trace finds who wrote it.
  if (question.kind === 'boolean' && format.name !== 'directory')
    return [refuse('field-unsupported', `${question.field} is true or false, which is set in plain manifests alone`)]
  const places = await format.places(question)
  const found: (Place | Refused)[] = []
  for (const place of isRefused(places) ? [places] : places) {
    if (isPending(place)) found.push(...(await generatedPlaces(question, place, placesFor)))
    else found.push(place)
  }
  return found
}
