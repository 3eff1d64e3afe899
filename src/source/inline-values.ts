import { type JsonPath, type JsonValue, valueAt } from '../domain/index.ts'
import type { HelmCandidate } from './formats/helm-candidates.ts'
import type { ValueChange } from './formats/helm-places.ts'
import { type Holder, holdersOf } from './holders.ts'
import { nestedYaml } from './nested.ts'
import { walk } from './nodes.ts'
import { type Place, type Question, setAt } from './place.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import type { Traced } from './sentinel.ts'

function parameterIndex(holder: Holder, name: string): number {
  const list = valueAt(holder.source.documents[holder.document]?.value, [...holder.base, 'helm', 'parameters'])
  return Array.isArray(list) ? list.findLastIndex((one: JsonValue) => valueAt(one, ['name']) === name) : -1
}

function setValue(question: Question, holder: Holder, path: JsonPath, value: string): Place | Refused {
  const { file, source, document, holdsApplication } = holder
  const place = setAt({ file, source, document, path, value, kind: question.kind, by: 'application' })
  return isRefused(place) ? place : { ...place, holdsApplication }
}

/** The value within the text of `helm.values`. */
function setInText(question: Question, holder: Holder, change: ValueChange): Place | Refused {
  const path = [...holder.base, 'helm', 'values']
  const found = walk(holder.source, holder.document, path)
  if (isRefused(found)) return found
  const nested = found.rest.length > 0 ? undefined : nestedYaml(holder.source, found.node)
  if (nested === undefined) return refuse('block-scalar', `${holder.file.path}: ${path.join('.')} is no literal block`)
  const { path: inner, value } = change
  const { kind } = question
  const place = setAt({
    file: holder.file,
    source: nested.source,
    document: 0,
    path: inner,
    value,
    kind,
    by: 'application',
  })
  if (isRefused(place)) return place
  return {
    ...place,
    splices: place.splices.map(nested.outer),
    at: nested.outer({ start: place.at, end: place.at, text: '' }).start,
    within: { document: holder.document, path },
    holdsApplication: holder.holdsApplication,
  }
}

function placeIn(
  question: Question,
  holder: Holder,
  candidate: HelmCandidate,
  change: ValueChange,
): Place | Refused | undefined {
  const helm = [...holder.base, 'helm']
  const root = holder.source.documents[holder.document]?.value
  const settings = question.source.source.helm
  if (candidate.origin === 'parameter') {
    const name = settings?.parameters[Number(candidate.path[0])]?.name ?? ''
    const index = parameterIndex(holder, name)
    return index < 0 ? undefined : setValue(question, holder, [...helm, 'parameters', index, 'value'], change.value)
  }
  if (valueAt(root, [...helm, 'valuesObject', ...change.path]) !== undefined) {
    return setValue(question, holder, [...helm, 'valuesObject', ...change.path], change.value)
  }
  const text = settings?.valuesObject === undefined ? valueAt(root, [...helm, 'values']) : undefined
  return text === undefined ? undefined : setInText(question, holder, change)
}

/**
 * Where a value that the Application itself holds may be set: in an `.argocd-source` file, or in the Application's manifest where that
 * is in the same repository. `not-in-git` where it is in neither.
 */
export function inlinePlaces(
  question: Question,
  traced: Traced<HelmCandidate>,
  changesFor: (values: JsonValue) => readonly ValueChange[] | Refused,
  inline: JsonValue | undefined,
): readonly (Place | Refused)[] | Refused {
  const changes = changesFor(inline ?? {})
  if (isRefused(changes)) return changes
  const [change, second] = changes
  const where = `${question.source.where}.helm`
  if (change === undefined || second !== undefined)
    return refuse('not-in-git', `${where} sets the value inline, in several parts`)
  const holders = holdersOf(question)
  const places = holders.flatMap((holder) => placeIn(question, holder, traced.candidate, change) ?? [])
  if (places.length > 0) return places
  return refuse(
    'not-in-git',
    `${where} sets the value inline, and the Application is not in ${question.source.source.repoURL}`,
  )
}
