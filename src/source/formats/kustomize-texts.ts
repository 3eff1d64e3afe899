import { type JsonPath, type JsonValue, type Tree, valueAt } from '../../domain/index.ts'
import type { KustomizeFile } from '../kustomize/index.ts'
import { type Nested, nestedYaml } from '../nested.ts'
import { type SourceText, walk } from '../nodes.ts'
import { type Place, readSource } from '../place.ts'
import { isRefused } from '../refused.ts'

/** A text in which a kustomization's values may stand: a file, or an inline patch in one. */
export type KustomizeText = {
  readonly path: string
  readonly role: 'kustomization' | 'resource' | 'strategic-patch' | 'json-patch'
  readonly source: SourceText
  /** Set for an inline patch: where its block stands in the file. */
  readonly inline?: { readonly nested: Nested; readonly document: number; readonly path: JsonPath }
}

const INLINE_FIELDS: readonly (readonly [string, string | undefined])[] = [
  ['patches', 'patch'],
  ['patchesJson6902', 'patch'],
  ['patchesStrategicMerge', undefined],
]

function inlinePaths(value: JsonValue, base: JsonPath): readonly JsonPath[] {
  return INLINE_FIELDS.flatMap(([list, key]) => {
    const items = valueAt(value, [...base, list])
    if (!Array.isArray(items)) return []
    return items.map((_, index): JsonPath => [...base, list, index, ...(key === undefined ? [] : [key])])
  })
}

/** The inline patches below `base` of one document. */
export function inlineTextsAt(
  path: string,
  source: SourceText,
  document: number,
  base: JsonPath,
): readonly KustomizeText[] {
  const value = source.documents[document]?.value ?? null
  return inlinePaths(value, base).flatMap((at): readonly KustomizeText[] => {
    const found = walk(source, document, at)
    if (isRefused(found) || found.rest.length > 0) return []
    const nested = nestedYaml(source, found.node)
    if (nested === undefined) return []
    const role = Array.isArray(nested.source.documents[0]?.value) ? 'json-patch' : 'strategic-patch'
    return [{ path, role, source: nested.source, inline: { nested, document, path: at } }]
  })
}

function inlineTexts(path: string, source: SourceText): readonly KustomizeText[] {
  return source.documents.flatMap((_, document) => inlineTextsAt(path, source, document, []))
}

/** A place of an inline patch in the coordinates of its file. */
export function outward(text: KustomizeText, place: Place): Place {
  if (text.inline === undefined) return place
  const { nested, document, path } = text.inline
  const at = nested.outer({ start: place.at, end: place.at, text: '' }).start
  return { ...place, splices: place.splices.map(nested.outer), at, within: { document, path } }
}

function roleOf(file: KustomizeFile): KustomizeText['role'] | undefined {
  switch (file.role) {
    case 'kustomization':
    case 'component':
      return 'kustomization'
    case 'resource':
    case 'strategic-patch':
    case 'json-patch':
      return file.role
    default:
      return undefined
  }
}

/** Every text of the build, once; files that feed generators are left out, because they never write a workload's field. */
export function kustomizeTexts(tree: Tree, files: readonly KustomizeFile[]): readonly KustomizeText[] {
  const seen = new Set<string>()
  const texts: KustomizeText[] = []
  for (const file of files) {
    const role = roleOf(file)
    if (role === undefined || seen.has(file.path)) continue
    seen.add(file.path)
    const source = readSource(tree, file.path)
    if (isRefused(source)) continue
    texts.push({ path: file.path, role, source })
    if (role === 'kustomization') texts.push(...inlineTexts(file.path, source))
  }
  return texts
}
