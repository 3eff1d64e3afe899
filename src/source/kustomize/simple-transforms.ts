import { type Draft, type DraftMap, isMap, isNull, isScalar, link, setShared, textOf } from './draft.ts'
import { eachField, type FieldSpec } from './field-spec.ts'
import { splitImage } from './overrides.ts'
import { compilePattern } from './pattern.ts'
import { broken } from './refusal.ts'
import { anyIds, isOf, kindOf, type Resource } from './resource.ts'
import type { Written } from './written.ts'

const REPLICA_FIELDS: readonly FieldSpec[] = ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map(
  (kind) => ({ kind, path: 'spec/replicas', create: true }),
)

/** One entry of `replicas`. Real kustomize refuses an entry that fits nothing, so we do. */
export function setReplicas(list: readonly Resource[], entry: Written): void {
  const name = entry.get('name').text()
  const count = entry.get('count').integer()
  let found = false
  for (const spec of REPLICA_FIELDS) {
    for (const resource of list) {
      if (!anyIds(resource).some((id) => id.name === name && isOf(id, spec))) continue
      found = true
      eachField(resource.object, spec, 'text', (slot) => slot.set(count))
    }
  }
  if (!found) throw broken(`${entry.at}: replicas names ${name}, and no workload is called so`)
}

const IMAGE_FIELDS: readonly FieldSpec[] = ['spec', 'spec/template/spec'].flatMap((pod) => [
  { path: `${pod}/containers[]/image`, create: true },
  { path: `${pod}/initContainers[]/image`, create: true },
])

/** One entry of `images`: everything called `containers` or `initContainers`, at any depth, of any kind but definitions. */
export function setImages(list: readonly Resource[], entry: Written): void {
  const change = imageChange(entry)
  for (const { object } of list) {
    if (kindOf(object) === 'CustomResourceDefinition') continue
    eachContainer(object, (container) => {
      const image = container['image']
      if (isScalar(image)) container['image'] = change(textOf(image))
    })
    for (const spec of IMAGE_FIELDS) {
      eachField(object, spec, undefined, (slot) => {
        if (isScalar(slot.value)) slot.set(change(textOf(slot.value)))
      })
    }
  }
}

function eachContainer(value: Draft, visit: (container: DraftMap) => void): void {
  if (Array.isArray(value)) for (const item of value) eachContainer(item, visit)
  if (!isMap(value)) return
  for (const [key, item] of Object.entries(value)) {
    eachContainer(item, visit)
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(item)) item.filter(isMap).forEach(visit)
  }
}

/** A new tag or digest takes the place of both. The name is a regular expression, as in real kustomize. */
function imageChange(entry: Written): (image: string) => string {
  const name = entry.get('name').text()
  const pattern = compilePattern(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`)
  if (pattern === undefined) throw broken(`${entry.at}: ${JSON.stringify(name)} is not a name of an image`)
  const newName = entry.get('newName').text()
  const newTag = entry.get('newTag').text()
  const suffix = entry.get('tagSuffix').text()
  const digest = entry.get('digest').text()
  return (image) => {
    if (!pattern.found(image)) return image
    const old = splitImage(image)
    const parts = { tag: old.tag, digest: old.digest }
    if (newTag !== '' || digest !== '') Object.assign(parts, { tag: newTag, digest })
    else if (suffix !== '') Object.assign(parts, { tag: `${old.tag}${suffix}`, digest: '' })
    return `${newName === '' ? old.name : newName}${parts.tag === '' ? '' : `:${parts.tag}`}${parts.digest === '' ? '' : `@${parts.digest}`}`
  }
}

/** Sets texts in every map that the specs name. */
export function setTexts(
  list: readonly Resource[],
  texts: Readonly<Record<string, string>>,
  specs: readonly FieldSpec[],
): void {
  const keys = Object.keys(texts).sort()
  for (const { object } of list) for (const key of keys) setText(object, key, texts[key] ?? '', specs)
}

function setText(object: DraftMap, key: string, text: string, specs: readonly FieldSpec[]): void {
  const fresh: DraftMap[] = []
  for (const spec of specs) {
    eachField(object, spec, 'map', ({ value }) => {
      if (!isMap(value)) {
        if (!isNull(value)) throw broken(`${spec.path} of ${kindOf(object)} is not a map`)
      } else if (Object.hasOwn(value, key)) setShared(value, key, text)
      else {
        value[key] = text
        fresh.push(value)
      }
    })
  }
  if (fresh.length > 1) link(fresh, key)
}
