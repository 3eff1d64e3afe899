import { formatOf } from './formats/index.ts'
import { generatedPlaces } from './generated/index.ts'
import type { Place, Question } from './place.ts'
import { isPending, isRefused, type Refused } from './refused.ts'

/** Where the field may be set, the best first. */
export async function placesFor(question: Question): Promise<readonly (Place | Refused)[]> {
  const places = await formatOf(question.source).places(question)
  const found: (Place | Refused)[] = []
  for (const place of isRefused(places) ? [places] : places) {
    if (isPending(place)) found.push(...(await generatedPlaces(question, place, placesFor)))
    else found.push(place)
  }
  return found
}
