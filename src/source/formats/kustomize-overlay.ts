import { isJsonObject, type JsonValue, valueAt } from '../../domain/index.ts'
import { type ImageReference, parseImage } from '../image.ts'
import { fileProblem } from '../nodes.ts'
import { newToken, type Place, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { sourceFile } from './format.ts'
import { kustomizationFile } from './kustomize-file.ts'
import { appended, jsonPatchPlace, type Overlay, textToken } from './kustomize-json-patch.ts'
import type { Traced } from './kustomize-trace.ts'

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
export function overlayPlaces(question: Question, traced: Traced): readonly (Place | Refused)[] {
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
  const patch = jsonPatchPlace(question, overlay, traced.built)
  return question.kind === 'image' ? [imagesPlace(question, overlay), patch] : [patch]
}
