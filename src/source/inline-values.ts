import { type JsonPath, type JsonValue, valueAt } from '../domain/index.ts'
import type { HelmCandidate } from './formats/helm-candidates.ts'
import type { ValueChange } from './formats/helm-changes.ts'
import { placeAt } from './formats/helm-layers.ts'
import { type Holder, holdersOf, stepsOf } from './holders.ts'
import { nestedYaml } from './nested.ts'
import { walk } from './nodes.ts'
import { type Place, type Question, setAt } from './place.ts'
import { isRefused, type Pending, type Refused, refuse, type Setting } from './refused.ts'
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

function placesIn(
  question: Question,
  holder: Holder,
  candidate: HelmCandidate,
  changes: readonly ValueChange[],
): Place | Refused | undefined {
  const helm = [...holder.base, 'helm']
  const root = holder.source.documents[holder.document]?.value
  const settings = question.source.source.helm
  const [change, second] = changes
  if (change === undefined) return undefined
  if (candidate.origin === 'parameter') {
    const name = settings?.parameters[Number(candidate.path[0])]?.name ?? ''
    const index = parameterIndex(holder, name)
    if (index < 0) return undefined
    return second === undefined
      ? setValue(question, holder, [...helm, 'parameters', index, 'value'], change.value)
      : refuse('not-in-git', `${question.source.where}.helm sets the value inline, in several parts`)
  }
  const base = [...helm, 'valuesObject']
  if (changes.some(({ path }) => valueAt(root, [...base, ...path]) !== undefined))
    return inObject(question, holder, base, changes)
  const text = settings?.valuesObject === undefined ? valueAt(root, [...helm, 'values']) : undefined
  return text === undefined ? undefined : inText(question, holder, changes)
}

function inObject(
  question: Question,
  holder: Holder,
  base: JsonPath,
  changes: readonly ValueChange[],
): Place | Refused {
  const place = placeAt(question, { ...holder, base, by: 'application' }, changes)
  return isRefused(place) ? place : { ...place, holdsApplication: holder.holdsApplication }
}

function inText(question: Question, holder: Holder, changes: readonly ValueChange[]): Place | Refused {
  const [change, second] = changes
  return change === undefined || second !== undefined
    ? refuse('not-in-git', `${question.source.where}.helm.values sets the value in several parts`)
    : setInText(question, holder, change)
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
  const places = holdersOf(question).flatMap((holder) => placesIn(question, holder, traced.candidate, changes) ?? [])
  if (places.length > 0) return places
  const { source } = question
  const nowhere = refuse(
    'not-in-git',
    `${source.where}.helm sets the value inline, and the Application is not in ${source.source.repoURL}`,
  )
  const setting = settingOf(question, traced.candidate, changes)
  if (setting === undefined) return nowhere
  const pending: Pending = { ...nowhere, setting }
  return [pending]
}

/** The one value as a part of the Application's manifest. */
function settingOf(
  { source, context }: Question,
  candidate: HelmCandidate,
  changes: readonly ValueChange[],
): Setting | undefined {
  const [change, second] = changes
  if (change === undefined || second !== undefined) return undefined
  const helm = [...stepsOf(source.where), 'helm']
  const { value } = change
  if (candidate.origin === 'parameter') {
    const name = source.source.helm?.parameters[Number(candidate.path[0])]?.name
    const list = valueAt(context.application.manifest, [...helm, 'parameters'])
    const index = Array.isArray(list) ? list.findLastIndex((one: JsonValue) => valueAt(one, ['name']) === name) : -1
    return index < 0 ? undefined : { path: [...helm, 'parameters', index, 'value'], value }
  }
  return source.source.helm?.valuesObject === undefined
    ? { path: [...helm, 'values'], inner: change.path, value }
    : { path: [...helm, 'valuesObject', ...change.path], value }
}

/** Where values of an Application that names no value file may be written into the Application itself, where that is in Git. */
export function inlineInsertions(
  question: Question,
  changes: readonly ValueChange[],
  inline: JsonValue | undefined,
): readonly (Place | Refused)[] {
  if (question.source.valueFiles.length > 0) return []
  const { helm } = question.source.source
  return holdersOf(question)
    .filter(({ holdsApplication }) => holdsApplication)
    .map((holder) =>
      inline !== undefined && helm?.valuesObject === undefined
        ? inText(question, holder, changes)
        : inObject(question, holder, [...holder.base, 'helm', 'valuesObject'], changes),
    )
}
