import { isJsonObject, type JsonPath, type JsonValue, type Tree, valueAt } from '../../domain/index.ts'
import type { KustomizeFile } from '../kustomize/index.ts'
import { type Nested, nestedYaml } from '../nested.ts'
import { type SourceText, walk } from '../nodes.ts'
import { readSource } from '../place.ts'
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

function inlinePaths(value: JsonValue): readonly JsonPath[] {
  return INLINE_FIELDS.flatMap(([list, key]) => {
    const items = valueAt(value, [list])
    if (!Array.isArray(items)) return []
    return items.map((_, index): JsonPath => (key === undefined ? [list, index] : [list, index, key]))
  })
}

function inlineTexts(path: string, source: SourceText): readonly KustomizeText[] {
  return source.documents.flatMap((document, index) =>
    inlinePaths(document.value).flatMap((at): readonly KustomizeText[] => {
      const found = walk(source, index, at)
      if (isRefused(found) || found.rest.length > 0) return []
      const nested = nestedYaml(source, found.node)
      if (nested === undefined) return []
      const role = Array.isArray(nested.source.documents[0]?.value) ? 'json-patch' : 'strategic-patch'
      return [{ path, role, source: nested.source, inline: { nested, document: index, path: at } }]
    }),
  )
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

/** Objects of a text with the document that each is, Lists left as they are. */
export function documentsOf(text: KustomizeText): readonly { readonly document: number; readonly value: JsonValue }[] {
  return text.source.documents.flatMap(({ value }, document) => (isJsonObject(value) ? [{ document, value }] : []))
}
