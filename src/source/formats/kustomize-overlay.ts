import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { pointerOf } from '../fields.ts'
import { type ImageReference, parseImage } from '../image.ts'
import { appendItem } from '../insert.ts'
import { itemsLines, nest, type Written } from '../layout.ts'
import { fileProblem, type SourceText } from '../nodes.ts'
import { insertionOffset, newToken, type Place, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import type { SourceFile } from '../resolve.ts'
import { scalarToken } from '../scalar-text.ts'
import { sourceFile } from './format.ts'
import { kustomizationFile } from './kustomize-file.ts'

const PATCH_LAYOUT = { step: 2, listOffset: 2, newline: '\n' } as const

type Overlay = { readonly file: SourceFile; readonly source: SourceText; readonly value: JsonValue }

function textToken(value: string): Written {
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

/** JSON 6902 operations as lines: a test that holds the list position to its name, then the change. */
function operations(question: Question): readonly string[] {
  const { place, kind, value, current } = question
  const items: Written[] = []
  const op = (name: string, path: JsonPath, written: Written): void => {
    items.push({
      entries: [
        ['op', { token: name }],
        ['path', textToken(pointerOf(path))],
        ['value', written],
      ],
    })
  }
  const { element } = place
  if (element !== undefined) {
    const nameAt = element.list.at(-1) === 'volumeClaimTemplates' ? ['metadata', 'name'] : ['name']
    op('test', [...element.list, element.index, ...nameAt], textToken(element.name))
  }
  const depth = existingDepth(question)
  const missing = place.path.slice(depth + 1).map(String)
  const written = nest(
    missing.map((key) => scalarToken(key, { quotes: 'plain', inFlow: true, keepNumber: false })),
    newToken(value, kind),
  )
  op(current === undefined ? 'add' : 'replace', place.path.slice(0, depth + 1), written)
  return itemsLines(items, 0, PATCH_LAYOUT)
}

/** A JSON 6902 patch of this one object, appended to `patches:`. */
function patchPlace(question: Question, overlay: Overlay): Place | Refused {
  const { object } = question
  const target: Written = {
    entries: [
      ['kind', textToken(object.key.kind)],
      ['name', textToken(nameInOverlay(question, overlay))],
    ],
  }
  const item: Written = {
    entries: [
      ['target', target],
      ['patch', { literal: operations(question) }],
    ],
  }
  return appended(overlay, 'patches', item, 'overlay-patch')
}

function appended(overlay: Overlay, list: string, item: Written, by: string): Place | Refused {
  const splices = appendItem(overlay.source, 0, list, item)
  if (isRefused(splices)) return splices
  const at = insertionOffset(overlay.source.text, splices)
  return { by, file: overlay.file, splices, at, text: '', within: { document: 0, path: [list] } }
}

function imageChanges(now: ImageReference, want: ImageReference): readonly (readonly [string, string])[] | undefined {
  if (want.tag !== undefined && want.digest !== undefined) return undefined
  const version = want.digest === undefined ? want.tag : want.digest
  if (version === undefined) return undefined
  const name: readonly (readonly [string, string])[] = now.name === want.name ? [] : [['newName', want.name]]
  return [...name, [want.digest === undefined ? 'newTag' : 'digest', version]]
}

/** Position of the entry of `images:` that gives the rendered name, -1 where there is none. */
function entryIndex(entries: JsonValue | undefined, now: ImageReference): number {
  if (!Array.isArray(entries)) return -1
  return entries.findIndex((entry: JsonValue) => {
    if (!isJsonObject(entry)) return false
    return (entry['newName'] ?? entry['name']) === now.name
  })
}

/** An `images:` entry of this overlay: the one that is there, or a new one. */
function imagesPlace(question: Question, overlay: Overlay): Place | Refused {
  const [now, want] = [parseImage(String(question.current)), parseImage(question.value)]
  const changes = now === undefined || want === undefined ? undefined : imageChanges(now, want)
  if (now === undefined || changes === undefined) {
    return refuse('not-in-git', `${overlay.file.path}: an images entry can't hold ${question.value}`)
  }
  const index = entryIndex(valueAt(overlay.value, ['images']), now)
  if (index < 0) {
    const entries = changes.map(([key, value]) => [key, newToken(value, 'image')] as const)
    return appended(overlay, 'images', { entries: [['name', textToken(now.name)], ...entries] }, 'images')
  }
  const [first, second] = changes.map(([key, value]) =>
    setAt({ ...overlay, document: 0, path: ['images', index, key], value, kind: 'image', by: 'images' }),
  )
  if (first === undefined || isRefused(first)) return first ?? refuse('not-in-git', 'nothing to change')
  if (second === undefined) return first
  if (isRefused(second)) return second
  return { ...first, splices: [...first.splices, ...second.splices], within: { document: 0, path: ['images', index] } }
}

/** What this overlay can add to set the field for itself alone; `shared-writer` where others read the overlay too. */
export function overlayPlaces(question: Question): readonly (Place | Refused)[] {
  const { source } = question
  const path = kustomizationFile(source)
  if (path === undefined) return [refuse('broken-base', `${source.dir} has no kustomization file`)]
  const readers = question.sharedBy(sourceFile(source, path))
  if (readers.length > 0) {
    return [refuse('shared-writer', `${path} is read by ${readers.slice(0, 5).join(', ')} too`)]
  }
  const text = readSource(source.tree, path)
  if (isRefused(text)) return [text]
  const problem = fileProblem(text)
  if (problem !== undefined) return [problem]
  const overlay = { file: sourceFile(source, path), source: text, value: text.documents[0]?.value ?? null }
  const patch = patchPlace(question, overlay)
  return question.kind === 'image' ? [imagesPlace(question, overlay), patch] : [patch]
}
