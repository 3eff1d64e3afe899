import { type Draft, type DraftMap, isMap, isNull, isScalar, own, ownMap, textOf } from './draft.ts'
import { eachField, itemSlot, type Slot } from './field-spec.ts'
import { REFERENCES } from './reference-table.ts'
import { broken } from './refusal.ts'
import {
  currentId,
  formatId,
  type Gvk,
  isOf,
  kindOf,
  NO_NAMESPACE,
  nameOf,
  namespaceOf,
  originalId,
  previousIds,
  type Resource,
} from './resource.ts'

/** Resources by each name that they had before: only what was renamed can need its references mended. */
type ByOldName = ReadonlyMap<string, readonly Resource[]>

/**
 * Writes the new names of renamed objects wherever built-in kinds refer to them by an old one. Throws a Refusal where more than one
 * object of different names answers to a reference.
 */
export function mendReferences(list: readonly Resource[]): void {
  list.forEach(refuseBlankSubjects)
  const byOldName = indexOldNames(list)
  if (byOldName.size === 0) return
  for (const referrer of list) {
    const id = originalId(referrer)
    for (const { target, of, field } of REFERENCES.get(id.kind) ?? []) {
      if (!isOf(id, of)) continue
      const reference: Reference = { referrer, target, path: field.path, byOldName }
      eachField(referrer.object, field, undefined, (slot) => mend(slot, reference))
    }
  }
}

function indexOldNames(list: readonly Resource[]): ByOldName {
  const index = new Map<string, Resource[]>()
  for (const resource of list) {
    for (const name of new Set(resource.before.map((one) => one.name))) {
      const there = index.get(name)
      if (there === undefined) index.set(name, [resource])
      else there.push(resource)
    }
  }
  return index
}

type Reference = {
  readonly referrer: Resource
  readonly target: Gvk
  readonly path: string
  readonly byOldName: ByOldName
}

function mend(slot: Slot, reference: Reference): void {
  const { value } = slot
  if (isNull(value)) return
  if (isScalar(value)) mendText(slot, textOf(value), reference)
  else if (isMap(value)) mendMap(value, reference)
  else if (Array.isArray(value)) for (const index of value.keys()) mendItem(value, index, reference)
}

function mendItem(list: Draft[], index: number, reference: Reference): void {
  const item = list[index]
  if (isMap(item)) mendMap(item, reference)
  else if (isScalar(item)) mendText(itemSlot(list, index), textOf(item), reference)
}

function mendText(slot: Slot, name: string, reference: Reference): void {
  const found = referral(name, candidates(name, reference), reference, (one) => nameOf(one.object))
  if (found !== undefined && nameOf(found.object) !== name) slot.set(nameOf(found.object))
}

/** A reference that may name a namespace too, such as a subject of a role binding. */
function mendMap(map: DraftMap, reference: Reference): void {
  const nameField = own(map, 'name')
  if (nameField === undefined) throw broken(`${formatId(currentId(reference.referrer))}: ${reference.path} has no name`)
  const name = textOf(nameField)
  const namespace = own(map, 'namespace')
  const all = candidates(name, reference)
  const near = namespace === undefined ? all : inNamespace(all, textOf(namespace))
  const found = referral(name, near, reference, (one) => `${namespaceOf(one.object)}/${nameOf(one.object)}`)
  if (found === undefined) return
  const newNamespace = namespaceOf(found.object)
  if (nameOf(found.object) === name && newNamespace === '') return
  map['name'] = nameOf(found.object)
  if (newNamespace !== '') map['namespace'] = newNamespace
}

function inNamespace(list: readonly Resource[], namespace: string): readonly Resource[] {
  const first = list.filter((one) => originalId(one).namespace === namespace)
  return first.length > 0 ? first : list.filter((one) => currentId(one).namespace === namespace)
}

/** Objects that had this name and kind and that the referrer can see. */
function candidates(name: string, { referrer, target, path, byOldName }: Reference): readonly Resource[] {
  const role = path.endsWith('roleRef/name') ? roleKind(referrer.object) : undefined
  const id = currentId(referrer)
  const subjects = kindOf(referrer.object) === 'RoleBinding' ? subjectNamespaces(referrer.object) : new Set<string>()
  return (byOldName.get(name) ?? []).filter((one) => {
    const ids = previousIds(one)
    if (!ids.some((old) => isOf(old, target))) return false
    if (role !== undefined && !ids.some((old) => isOf(old, role))) return false
    const namespace = currentId(one).namespace
    if (id.namespace === NO_NAMESPACE || namespace === NO_NAMESPACE || namespace === id.namespace) return true
    return subjects.has(namespaceOf(one.object)) && kindOf(one.object) === 'ServiceAccount'
  })
}

function roleKind(object: DraftMap): Gvk | undefined {
  const role = ownMap(object, 'roleRef')
  const group = role === undefined ? undefined : own(role, 'apiGroup')
  const kind = role === undefined ? undefined : own(role, 'kind')
  return isNull(group) || isNull(kind) ? undefined : { group: textOf(group), kind: textOf(kind) }
}

function refuseBlankSubjects({ object }: Resource): void {
  const subjects = kindOf(object) === 'RoleBinding' ? own(object, 'subjects') : undefined
  if (!Array.isArray(subjects)) return
  for (const subject of subjects) {
    if (!isMap(subject) || textOf(own(subject, 'kind')) !== 'ServiceAccount') continue
    const namespace = own(subject, 'namespace')
    if (namespace !== undefined && isNull(namespace))
      throw broken(`RoleBinding ${nameOf(object)}: a subject has an empty namespace`)
  }
}

function subjectNamespaces(object: DraftMap): ReadonlySet<string> {
  const subjects = own(object, 'subjects')
  if (!Array.isArray(subjects)) return new Set()
  const accounts = subjects.filter(isMap).filter((one) => textOf(own(one, 'kind')) === 'ServiceAccount')
  return new Set(accounts.map((one) => textOf(own(one, 'namespace'))))
}

function referral(
  name: string,
  list: readonly Resource[],
  { referrer }: Reference,
  nameFor: (resource: Resource) => string,
): Resource | undefined {
  if (list.length <= 1) return list[0]
  let near = list.filter((one) => sameParts(one, referrer, true))
  if (near.length > 1) near = near.filter((one) => sameParts(one, referrer, false))
  if (new Set(near.map(nameFor)).size > 1) {
    throw broken(`${formatId(currentId(referrer))}: ${near.length} objects were called ${JSON.stringify(name)}`)
  }
  return near[0]
}

/** Whether two objects were given the same prefixes and suffixes, as far as both were given any. */
function sameParts(a: Resource, b: Resource, emptyFits: boolean): boolean {
  return sameEnding(a.prefixes, b.prefixes, emptyFits) && sameEnding(a.suffixes, b.suffixes, emptyFits)
}

function sameEnding(a: readonly string[], b: readonly string[], emptyFits: boolean): boolean {
  const length = Math.min(a.length, b.length)
  if (length === 0) return emptyFits || a.length === b.length
  return a.slice(-length).every((part, index) => part === b.slice(-length)[index])
}
