import { canonicalJson, isJsonObject, type JsonObject, sha256 } from '../domain/index.ts'

/** What a hidden block of ours may be: the record of an attempt, its conclusion, what a living note is about, or an answer to a command. */
export type BlockKind = 'block' | 'conclusion' | 'note' | 'answer'

/** Longest JSON of a block, characters: leaves room for the reader's part in a body of 60,000. */
export const MAX_BLOCK = 36_000
const MAX_TEXT = 200_000

/**
 * Canonical JSON in a form that no reader of Markdown can end or act on: outside of letters, digits and plain punctuation
 * everything is written as \uXXXX, so that neither `-->` nor a mention, reference or link can occur.
 */
export function blockJson(value: unknown): string {
  return canonicalJson(value)
    .replace(/[^\w .,:{}[\]"\\/-]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/--/g, '-\\u002d')
    .replace(/\/\//g, '/\\u002f')
}

/** `<!-- kintsugi:block v1 {...} -->`, one line, invisible on the page. */
export function hiddenBlock(kind: BlockKind, json: string): string {
  return `<!-- kintsugi:${kind} v1 ${json} -->`
}

export function blockDigest(json: string): string {
  return sha256(json)
}

export type FoundBlock =
  | { readonly found: 'none' }
  | { readonly found: 'many' }
  | { readonly found: 'one'; readonly json: string }

/** The JSON text of the one block of that kind. */
export function findBlock(kind: BlockKind, text: string): FoundBlock {
  const searched = text.slice(0, MAX_TEXT)
  const opening = `<!-- kintsugi:${kind} v1 `
  const at = searched.indexOf(opening)
  if (at < 0) return { found: 'none' }
  if (searched.indexOf(opening, at + 1) >= 0) return { found: 'many' }
  const end = searched.indexOf(' -->', at)
  const json = end < 0 ? '' : searched.slice(at + opening.length, end)
  return json.includes('\n') ? { found: 'many' } : { found: 'one', json }
}

/** Parses a block's JSON; undefined when it is too long or not an object. */
export function parseBlock(json: string): JsonObject | undefined {
  if (json.length > MAX_BLOCK) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
