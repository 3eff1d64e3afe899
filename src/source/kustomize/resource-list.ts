import { matchesSelector, parseSelector } from './label-selector.ts'
import { compileWhole } from './pattern.ts'
import { broken } from './refusal.ts'
import {
  anyIds,
  currentId,
  formatId,
  type Id,
  idKey,
  kindOf,
  metadataTexts,
  nameOf,
  originalId,
  type Resource,
  sameId,
} from './resource.ts'
import type { Written } from './written.ts'

/** Adds resources; a second one of the same id is refused, as kustomize does. */
export function append(list: Resource[], more: readonly Resource[], at: string): void {
  appender(list)(more, at)
}

/** Adds resources in several steps, as long as nothing else changes the list or the names in it. */
export function appender(list: Resource[]): (more: readonly Resource[], at: string) => void {
  const known = new Set(list.map((one) => idKey(currentId(one))))
  return (more, at) => {
    for (const resource of more) {
      const id = currentId(resource)
      const key = idKey(id)
      if (known.has(key)) throw broken(`${at}: ${formatId(id)} is there twice`)
      known.add(key)
      list.push(resource)
    }
  }
}

/** Refuses a list in which two objects have become one. */
export function refuseTwins(list: readonly Resource[], at: string): void {
  append([], list, at)
}

/** Resources that have or had this id. */
export function withAnyId(list: readonly Resource[], id: Id): readonly Resource[] {
  return list.filter((one) => isCalled(one, id.name) && anyIds(one).some((other) => sameId(id, other)))
}

/** Whether the resource has this name or had it; much cheaper than its ids. */
function isCalled({ object, before }: Resource, name: string): boolean {
  return nameOf(object) === name || before.some((one) => one.name === name)
}

/** The selector of `patches` and `patchesJson6902`: regular expressions over ids now and at first, labels and annotations as of now. */
export function select(list: readonly Resource[], target: Written): readonly Resource[] {
  const wanted = {
    group: regex(target.get('group')),
    version: regex(target.get('version')),
    kind: regex(target.get('kind')),
    name: regex(target.get('name')),
    namespace: regex(target.get('namespace')),
    labels: parseSelector(target.get('labelSelector')),
    annotations: parseSelector(target.get('annotationSelector')),
  }
  return list.filter((resource) => {
    const { object, before } = resource
    if (!wanted.kind(kindOf(object))) return false
    if (!wanted.name(nameOf(object)) && !wanted.name(before[0]?.name ?? nameOf(object))) return false
    const now = currentId(resource)
    const first = originalId(resource)
    return (
      (wanted.namespace(first.namespace) || wanted.namespace(now.namespace)) &&
      wanted.group(now.group) &&
      wanted.version(now.version) &&
      matchesSelector(wanted.labels, metadataTexts(resource.object, 'labels')) &&
      matchesSelector(wanted.annotations, metadataTexts(resource.object, 'annotations'))
    )
  })
}

function regex(field: Written): (text: string) => boolean {
  const source = field.text()
  if (source === '') return () => true
  const pattern = compileWhole(source)
  if (pattern === undefined)
    throw broken(`${field.at}: ${JSON.stringify(source)} is not a regular expression that is read here`)
  return (text) => pattern.found(text)
}
