import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../domain/index.ts'
import { holdersOf, stepsOf } from './holders.ts'
import { type Place, type Question, setAt } from './place.ts'
import { type Pending, type Refused, refuse } from './refused.ts'

type Found = { readonly path: JsonPath; readonly value: string }

/** `name=other:tag` or `name:tag`: what stands behind the sign is what is rendered. */
function imageEntry(entry: JsonValue, question: Question): string | undefined {
  if (typeof entry !== 'string') return undefined
  const sign = entry.indexOf('=') + 1
  return entry.slice(sign) === question.current ? entry.slice(0, sign) + question.value : undefined
}

function entryOf(question: Question, root: JsonValue | undefined, base: JsonPath): Found | undefined {
  const kustomize = [...base, 'kustomize']
  const list = valueAt(root, [...kustomize, question.kind === 'image' ? 'images' : 'replicas'])
  if (!Array.isArray(list)) return undefined
  if (question.kind === 'image') {
    const index = list.findLastIndex((entry: JsonValue) => imageEntry(entry, question) !== undefined)
    const value = imageEntry(list[index] ?? null, question)
    return value === undefined ? undefined : { path: [...kustomize, 'images', index], value }
  }
  const index = list.findLastIndex(
    (entry: JsonValue) => isJsonObject(entry) && String(entry['count']) === String(question.current),
  )
  return index < 0 ? undefined : { path: [...kustomize, 'replicas', index, 'count'], value: question.value }
}

/** Where the Application's own kustomize settings set an image or replicas, if it or an `.argocd-source` file is in the repository. */
export function inlineKustomizePlaces(question: Question): readonly (Place | Refused)[] {
  if (question.kind !== 'image' && question.kind !== 'integer') return []
  const { source, context } = question
  const places = holdersOf(question).flatMap((holder): readonly (Place | Refused)[] => {
    const { file, document, base, holdsApplication } = holder
    const found = entryOf(question, holder.source.documents[document]?.value, base)
    if (found === undefined) return []
    const place = setAt({
      file,
      source: holder.source,
      document,
      path: found.path,
      value: found.value,
      kind: question.kind,
      by: 'application',
    })
    return ['refused' in place ? place : { ...place, holdsApplication }]
  })
  const inline = places.length > 0 ? undefined : entryOf(question, context.application.manifest, stepsOf(source.where))
  if (inline === undefined) return places
  const nowhere = refuse(
    'not-in-git',
    `${source.where}.kustomize sets the value, and the Application is not in ${source.source.repoURL}`,
  )
  const pending: Pending = { ...nowhere, setting: inline }
  return [pending]
}
