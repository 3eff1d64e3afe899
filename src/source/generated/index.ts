import { type Application, valueAt } from '../../domain/index.ts'
import type { Place, Question } from '../place.ts'
import { type Pending, type Refused, refuse, type Setting } from '../refused.ts'
import type { Sources } from '../resolve.ts'
import { originOf, ownerSetOf } from './origin.ts'
import { type PlacesFor, parentPlaces } from './parent-places.ts'
import { setPlaces } from './set-places.ts'

export { applicationNow } from './current.ts'

/** What a cluster generator takes from the Secret of a cluster. */
const OF_A_CLUSTER = /\{\{-?\s*\.?(?:metadata\.(?:labels|annotations)\b|server\b|nameNormalized\b)/

/** Why an Application of an ApplicationSet that asks something else than Git cannot be edited there. */
function elsewhere(application: Application, { path }: Setting, trees: Sources): Refused | undefined {
  const set = ownerSetOf(application, trees)
  if (set?.origin.from !== 'file') return undefined
  const { path: file, line } = set.origin.written
  const text = valueAt(set.manifest, ['spec', 'template', ...path])
  if (typeof text === 'string' && OF_A_CLUSTER.test(text))
    return refuse(
      'set-by-cluster-secret',
      `${file}:${line}: ${set.name} takes the value from a cluster: ${text.slice(0, 80)}`,
    )
  return refuse('generated-elsewhere', `${file}:${line}: ${set.name} generates it, and not from Git alone`)
}

/** Where a value of an Application that stands in no file may be set: in what made the Application. */
export async function generatedPlaces(
  question: Question,
  pending: Pending,
  placesFor: PlacesFor,
): Promise<readonly (Place | Refused)[]> {
  const { setting, ...nowhere } = pending
  const { application, trees } = question.context
  const origin = trees === undefined ? undefined : originOf(application, trees)
  if (trees === undefined || origin?.from === 'file') return [nowhere]
  if (origin === undefined) return [elsewhere(application, setting, trees) ?? nowhere]
  return origin.from === 'application-set'
    ? [setPlaces(question, origin, setting, trees)]
    : parentPlaces(question, origin, setting, trees, placesFor)
}
