import type { Place, Question } from '../place.ts'
import type { Pending, Refused } from '../refused.ts'
import { originOf } from './origin.ts'
import { type PlacesFor, parentPlaces } from './parent-places.ts'
import { setPlaces } from './set-places.ts'

export { applicationNow } from './current.ts'

/** Where a value of an Application that stands in no file may be set: in what made the Application. */
export async function generatedPlaces(
  question: Question,
  pending: Pending,
  placesFor: PlacesFor,
): Promise<readonly (Place | Refused)[]> {
  const { setting, ...nowhere } = pending
  const { application, trees } = question.context
  const origin = trees === undefined ? undefined : originOf(application, trees)
  if (trees === undefined || origin === undefined || origin.from === 'file') return [nowhere]
  return origin.from === 'application-set'
    ? [setPlaces(question, origin, setting, trees)]
    : parentPlaces(question, origin, setting, trees, placesFor)
}
