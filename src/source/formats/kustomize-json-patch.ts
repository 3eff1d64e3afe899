import { canonicalJson, type JsonPath, type JsonValue, type ObjectKey, valueAt } from '../../domain/index.ts'
import { pointerOf } from '../fields.ts'
import { appendItem, appendToList } from '../insert.ts'
import { itemsLines, nest, type Written } from '../layout.ts'
import { type Nested, nestedYaml } from '../nested.ts'
import { type SourceText, walk } from '../nodes.ts'
import { insertionOffset, newToken, type Place, type Question } from '../place.ts'
import { isRefused, type Refused } from '../refused.ts'
import type { SourceFile } from '../resolve.ts'
import { scalarToken } from '../scalar-text.ts'
import type { RenderedObject } from '../target.ts'

const PATCH_LAYOUT = { step: 2, listOffset: 2, newline: '\n' } as const

/** The kustomization file of the overlay that may be changed. */
export type Overlay = { readonly file: SourceFile; readonly source: SourceText; readonly value: JsonValue }

export function textToken(value: string): Written {
  return { token: scalarToken(value, { quotes: 'plain', inFlow: false, keepNumber: false }) }
}

/** The name that a patch in this overlay meets: its own prefix and suffix come on later. */
function nameInOverlay(question: Question, overlay: Overlay): string {
  const { object, source } = question
  const own = (key: 'namePrefix' | 'nameSuffix'): string => {
    const written = valueAt(overlay.value, [key])
    return source.source.kustomize?.[key] ?? (typeof written === 'string' ? written : '')
  }
  const [prefix, suffix] = [own('namePrefix'), own('nameSuffix')]
  const { name } = object.key
  const start = prefix !== '' && name.startsWith(prefix) ? prefix.length : 0
  const end = suffix !== '' && name.endsWith(suffix) ? name.length - suffix.length : name.length
  return name.slice(start, end)
}

/** The deepest part of the path that the rendered object has. */
function existingDepth(question: Question): number {
  const { object, place } = question
  let depth = place.path.length
  while (depth > 0 && valueAt(object.manifest, place.path.slice(0, depth)) === undefined) depth -= 1
  return depth
}

function operation(name: string, path: JsonPath, value: Written): Written {
  return {
    entries: [
      ['op', { token: name }],
      ['path', textToken(pointerOf(path))],
      ['value', value],
    ],
  }
}

/** What holds the list position to its name: path and name of the element. */
function positionTest(question: Question): { readonly path: JsonPath; readonly name: string } | undefined {
  const { element } = question.place
  if (element === undefined) return undefined
  const nameAt = element.list.at(-1) === 'volumeClaimTemplates' ? ['metadata', 'name'] : ['name']
  return { path: [...element.list, element.index, ...nameAt], name: element.name }
}

/** The operation that sets the field, with the maps above it that are missing. */
function change(question: Question): Written {
  const { place, kind, value, current } = question
  const depth = existingDepth(question)
  const missing = place.path.slice(depth + 1).map(String)
  const written = nest(
    missing.map((key) => scalarToken(key, { quotes: 'plain', inFlow: true, keepNumber: false })),
    newToken(value, kind),
  )
  return operation(current === undefined ? 'add' : 'replace', place.path.slice(0, depth + 1), written)
}

type Target = {
  readonly group?: string
  readonly version?: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** The object by kind and name, and by group, version and namespace where another one of the build has those too. */
function targetIn(question: Question, overlay: Overlay, built: readonly RenderedObject[]): Target {
  const { key, manifest } = question.object
  const twins = built.filter((one) => one.key.kind === key.kind && one.key.name === key.name && !sameKey(one.key, key))
  const written = valueAt(manifest, ['metadata', 'namespace'])
  const version = String(manifest['apiVersion']).replace(/^.*\//, '')
  return {
    ...(twins.some((one) => one.key.group !== key.group)
      ? { ...(key.group === '' ? {} : { group: key.group }), version }
      : {}),
    kind: key.kind,
    name: nameInOverlay(question, overlay),
    ...(twins.some((one) => one.key.namespace !== key.namespace)
      ? { namespace: typeof written === 'string' && written !== '' ? written : 'default' }
      : {}),
  }
}

function sameKey(a: ObjectKey, b: ObjectKey): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
}

/** An inline patch of this one object that begins with the same test: another operation may join it. */
function joinable(
  overlay: Overlay,
  target: Target,
  question: Question,
): { readonly index: number; readonly nested: Nested } | undefined {
  const patches = valueAt(overlay.value, ['patches'])
  const position = positionTest(question)
  if (!Array.isArray(patches)) return undefined
  for (const [index, patch] of patches.entries()) {
    if (canonicalJson(valueAt(patch, ['target'])) !== canonicalJson(target)) continue
    const found = walk(overlay.source, 0, ['patches', index, 'patch'])
    const nested = isRefused(found) || found.rest.length > 0 ? undefined : nestedYaml(overlay.source, found.node)
    const operations = nested?.source.documents[0]?.value
    if (nested === undefined || !Array.isArray(operations)) continue
    const first = valueAt(operations, [0])
    const test = position && { op: 'test', path: pointerOf(position.path), value: position.name }
    if (test === undefined || canonicalJson(first) === canonicalJson(test)) return { index, nested }
  }
  return undefined
}

/** A JSON 6902 patch of this one object: appended to `patches:`, or to the patch of ours that is there. */
export function jsonPatchPlace(
  question: Question,
  overlay: Overlay,
  built: readonly RenderedObject[],
): Place | Refused {
  const target = targetIn(question, overlay, built)
  const joined = joinable(overlay, target, question)
  if (joined !== undefined) return joinedPlace(question, overlay, joined.index, joined.nested)
  const position = positionTest(question)
  const test = position === undefined ? [] : [operation('test', position.path, textToken(position.name))]
  const item: Written = {
    entries: [
      [
        'target',
        {
          entries: Object.entries(target).map(([key, value]) => [key, textToken(value)] as const),
        },
      ],
      ['patch', { literal: itemsLines([...test, change(question)], 0, PATCH_LAYOUT) }],
    ],
  }
  return appended(overlay, 'patches', item, 'overlay-patch')
}

function joinedPlace(question: Question, overlay: Overlay, index: number, nested: Nested): Place | Refused {
  const splices = appendToList(nested.source, 0, change(question))
  if (isRefused(splices)) return splices
  const outer = splices.map(nested.outer)
  return {
    by: 'overlay-patch',
    file: overlay.file,
    splices: outer,
    at: insertionOffset(overlay.source.text, outer),
    text: '',
    within: { document: 0, path: ['patches', index, 'patch'] },
  }
}

/** An item added to a list of the kustomization file. */
export function appended(overlay: Overlay, list: string, item: Written, by: string): Place | Refused {
  const splices = appendItem(overlay.source, 0, list, item)
  if (isRefused(splices)) return splices
  const at = insertionOffset(overlay.source.text, splices)
  return { by, file: overlay.file, splices, at, text: '', within: { document: 0, path: [list] } }
}
