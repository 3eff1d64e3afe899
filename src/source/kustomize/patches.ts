import { copyOf, type DraftMap, madeMap } from './draft.ts'
import { type Files, type ParsedFile, parseBytes } from './files.ts'
import { applyOperations, type Operation, operationsOf } from './json-patch.ts'
import type { Kustomization } from './kustomization.ts'
import { objectsOf } from './objects.ts'
import { broken } from './refusal.ts'
import {
  currentId,
  formatId,
  kindOf,
  metadataTexts,
  nameOf,
  namespaceOf,
  newResource,
  type Resource,
  rememberId,
  setMetadataTexts,
} from './resource.ts'
import { refuseTwins, select, withAnyId } from './resource-list.ts'
import { strategicMerge } from './strategic-merge.ts'
import type { Written } from './written.ts'

type Changes = { readonly name: boolean; readonly kind: boolean }

const NO_CHANGES: Changes = { name: false, kind: false }

/** `patchesStrategicMerge`: paths of files, or the patch itself as text. */
export function applyOldStrategicPatches(list: Resource[], kustomization: Kustomization, files: Files): void {
  for (const entry of kustomization.fields.get('patchesStrategicMerge').items()) {
    const text = entry.text()
    const isInline = text.includes('\n') || !/\.(?:ya?ml|json)$/.test(text)
    const patches = isInline ? inlineObjects(text, entry.at) : fileObjects(files, kustomization.dir, text, entry.at)
    for (const patch of patches) patchById(list, patch, NO_CHANGES, entry.at)
  }
}

/** `patchesJson6902`, which run after the names have changed. */
export function applyOldJsonPatches(list: readonly Resource[], kustomization: Kustomization, files: Files): void {
  for (const entry of kustomization.fields.get('patchesJson6902').items()) {
    const target = entry.get('target')
    if (target.get('name').text() === '') throw broken(`${entry.at}: the target needs a name`)
    const patch = readPatch(entry, kustomization, files)
    if (patch.operations === undefined) throw broken(`${entry.at}: is not a JSON patch`)
    for (const resource of select(list, target)) {
      if (resource.before.length > 0 || resource.hashed) makeAnnotations(resource)
      applyOperations(resource.object, patch.operations)
    }
  }
}

/** `patches`: each a strategic merge or a JSON patch, by a target or by the names in the patch. */
export function applyPatches(list: Resource[], kustomization: Kustomization, files: Files): void {
  for (const entry of kustomization.fields.get('patches').items()) {
    entry.only(['path', 'patch', 'target', 'options'])
    applyPatch(list, entry, kustomization, files)
  }
}

/** One entry of `patches`, or the settings of a PatchTransformer. */
export function applyPatch(list: Resource[], entry: Written, kustomization: Kustomization, files: Files): void {
  const target = entry.get('target')
  target.only(['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'])
  const { operations, objects } = readPatch(entry, kustomization, files)
  if (operations !== undefined) applyJsonPatch(list, target, operations, entry.at)
  else applyStrategicPatch(list, target, objects, entry)
}

function applyJsonPatch(
  list: readonly Resource[],
  target: Written,
  operations: readonly Operation[],
  at: string,
): void {
  if (target.value === undefined) throw broken(`${at}: a JSON patch needs a target`)
  for (const resource of select(list, target)) {
    rememberId(resource)
    makeAnnotations(resource)
    applyOperations(resource.object, operations)
  }
}

/** Kustomize keeps its notes in annotations, so a renamed object has some for a JSON patch to add to. */
function makeAnnotations({ object }: Resource): void {
  madeMap(madeMap(object, 'metadata'), 'annotations')
}

function applyStrategicPatch(list: Resource[], target: Written, patches: readonly DraftMap[], entry: Written): void {
  const options = entry.get('options')
  const changes = { name: options.get('allowNameChange').flag(), kind: options.get('allowKindChange').flag() }
  if (!target.present) {
    for (const patch of patches) patchById(list, patch, changes, entry.at)
    return
  }
  const [patch] = patches
  if (patch === undefined || patches.length > 1) throw broken(`${entry.at}: a patch with a target must be one object`)
  const selected = new Set(select(list, target))
  keep(list, (resource) => !selected.has(resource) || merge(resource, forTarget(patch, resource), changes, entry.at))
  if (changes.name || changes.kind) refuseTwins(list, entry.at)
}

function keep(list: Resource[], isKept: (resource: Resource) => boolean): void {
  list.splice(0, list.length, ...list.filter(isKept))
}

/** The one object that the patch names, by any name that it has had. */
function patchById(list: Resource[], patch: DraftMap, changes: Changes, at: string): void {
  const id = currentId(newResource(patch))
  const found = withAnyId(list, id)
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw broken(
      `${at}: the patch is for ${formatId(id)}, and ${found.length === 0 ? 'there is none' : 'several are called so'}`,
    )
  }
  if (!merge(only, patch, changes, at)) list.splice(list.indexOf(only), 1)
}

/** With a target the patch takes the version of each object, and its labels and annotations count as texts. */
function forTarget(patch: DraftMap, resource: Resource): DraftMap {
  const copy = copyOf(patch)
  for (const field of ['labels', 'annotations'] as const) setMetadataTexts(copy, field, metadataTexts(patch, field))
  copy['apiVersion'] = resource.object['apiVersion'] ?? ''
  return copy
}

/** False when the patch deletes the object. Name, kind and namespace stay, unless the options allow the first two to change. */
function merge(resource: Resource, patch: DraftMap, changes: Changes, at: string): boolean {
  const kind = kindOf(resource.object)
  const name = nameOf(resource.object)
  const namespace = namespaceOf(resource.object)
  if (changes.name || changes.kind) rememberId(resource)
  const merged = strategicMerge(resource.object, patch, at)
  if (merged === undefined || Object.keys(merged).length === 0) return false
  resource.object = merged
  const metadata = madeMap(merged, 'metadata')
  if (!changes.kind) merged['kind'] = kind
  if (!changes.name) metadata['name'] = name
  if (namespace === '') delete metadata['namespace']
  else metadata['namespace'] = namespace
  return true
}

type Patch =
  | { readonly operations: readonly Operation[]; readonly objects?: undefined }
  | { readonly operations?: undefined; readonly objects: readonly DraftMap[] }

function readPatch(entry: Written, kustomization: Kustomization, files: Files): Patch {
  const path = entry.get('path').text()
  const text = entry.get('patch').text().trim()
  if ((path === '') === (text === '')) throw broken(`${entry.at}: a patch has either a path or a patch`)
  if (path === '') return inlinePatch(text, entry.get('patch').at)
  return filePatch(files, kustomization.dir, path, entry.get('path').at)
}

function inlinePatch(text: string, at: string): Patch {
  const bytes = new TextEncoder().encode(text)
  const file = parseBytes(bytes, `${at} (patch)`, 'manifest')
  if (!isList(file)) return { objects: some(objectsOf(file, `${at} (patch)`), at) }
  return { operations: operationsIn(parseBytes(bytes, `${at} (patch)`, 'settings'), at) }
}

function filePatch(files: Files, dir: string, path: string, at: string): Patch {
  const { path: full, bytes } = files.bytes(dir, path, 'strategic-patch', at)
  const file = files.parse(full, bytes)
  if (!isList(file)) return { objects: some(objectsOf(file, full), at) }
  files.noteInstead(full, 'strategic-patch', 'json-patch', dir)
  return { operations: operationsIn(files.parse(full, bytes, 'settings'), full) }
}

function isList(file: ParsedFile): boolean {
  return Array.isArray(file.documents.find((one) => !one.empty)?.value)
}

function operationsIn(file: ParsedFile, at: string): readonly Operation[] {
  const first = file.documents.find((one) => !one.empty)
  const operations = first === undefined ? undefined : operationsOf(first.value, at)
  if (operations === undefined || operations.length === 0)
    throw broken(`${at}: is neither a strategic merge nor a JSON patch`)
  return operations
}

function inlineObjects(text: string, at: string): readonly DraftMap[] {
  return some(objectsOf(parseBytes(new TextEncoder().encode(text), `${at} (patch)`, 'manifest'), `${at} (patch)`), at)
}

function fileObjects(files: Files, dir: string, path: string, at: string): readonly DraftMap[] {
  const { path: full, file } = files.parsed(dir, path, 'strategic-patch', at)
  return some(objectsOf(file, full), at)
}

function some(objects: readonly DraftMap[], at: string): readonly DraftMap[] {
  if (objects.length === 0) throw broken(`${at}: the patch is empty`)
  return objects
}
