import { type Draft, type DraftMap, draftOfDocument, isMap, isNull, own, ownMap, useTexts } from './draft.ts'
import type { ParsedFile } from './files.ts'
import { broken } from './refusal.ts'
import { kindOf, nameOf } from './resource.ts'

/**
 * The objects of a parsed file, copied, in the order that kustomize takes them: a single `List` is unpacked in place, lists of
 * other kinds after everything else. Throws a Refusal with `path:line` for what is not an object of Kubernetes.
 */
export function objectsOf(file: ParsedFile, path: string): readonly DraftMap[] {
  const documents = file.documents.filter((one) => !one.empty)
  const found: { readonly value: Draft; readonly line: number }[] = []
  for (const { value, blanks, folded, annotations, line } of documents) {
    const draft = draftOfDocument(value, blanks, folded)
    const items = isMap(draft) ? own(draft, 'items') : undefined
    if (documents.length === 1 && isMap(draft) && kindOf(draft) === 'List' && Array.isArray(items)) {
      found.push(...items.map((item) => ({ value: item, line })))
      continue
    }
    const written = isMap(draft) ? ownMap(ownMap(draft, 'metadata') ?? {}, 'annotations') : undefined
    if (annotations !== undefined && written !== undefined) useTexts(written, annotations)
    found.push({ value: draft, line })
  }
  return unpacked(found.flatMap(({ value, line }) => checked(value, `${path}:${line}`)))
}

function checked(value: Draft, at: string): readonly DraftMap[] {
  if (isNull(value)) return []
  if (!isMap(value)) throw broken(`${at}: not an object of Kubernetes`)
  if (Object.keys(value).length === 0) return []
  const kind = kindOf(value)
  if (kind === '') throw broken(`${at}: an object without a kind`)
  if (!kind.endsWith('List') && nameOf(value) === '') throw broken(`${at}: ${kind} without metadata.name`)
  const metadata = ownMap(value, 'metadata')
  if (metadata !== undefined && own(metadata, 'namespace') !== undefined && isNull(own(metadata, 'namespace')))
    metadata['namespace'] = ''
  return [value]
}

function unpacked(objects: readonly DraftMap[]): readonly DraftMap[] {
  const open = [...objects]
  const flat: DraftMap[] = []
  for (let index = 0; index < open.length; index += 1) {
    const object = open[index]
    if (object === undefined) continue
    const kind = kindOf(object)
    const items = own(object, 'items')
    if (!kind.endsWith('List') || items === undefined) flat.push(object)
    else if (Array.isArray(items)) open.push(...items.flatMap((item) => checked(item, kind)))
    else if (!isNull(items)) throw broken(`items of ${kind} are not a list`)
  }
  return flat
}
