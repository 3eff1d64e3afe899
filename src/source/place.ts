import type { Node } from 'yaml'
import type { Field, JsonPath, JsonValue, Tree } from '../domain/index.ts'
import type { FieldPlace } from './field-place.ts'
import { sameValue, type ValueKind } from './fields.ts'
import type { RenderContext } from './formats/format.ts'
import { parseImage } from './image.ts'
import { insertAt } from './insert.ts'
import type { Written } from './layout.ts'
import { fileProblem, isBlank, isNothing, type Leaf, leafOf, leafProblem, type SourceText, walk } from './nodes.ts'
import { isRefused, type Refused, refuse, writtenAt } from './refused.ts'
import type { ResolvedSource, SourceFile } from './resolve.ts'
import { scalarToken } from './scalar-text.ts'
import type { Splice } from './splice.ts'
import type { RenderedObject } from './target.ts'
import type { Passage } from './world.ts'
import { readYaml } from './yaml/index.ts'

/** A way to set a field: splices of one file, and where they show. Whether it does what is meant is for the proof to say. */
export type Place = {
  readonly by: string
  readonly file: SourceFile
  readonly splices: readonly Splice[]
  /** Offset of the value, or of where it would be inserted, and the text that stands there. */
  readonly at: number
  readonly text: string
  /** Below this path of this document the file may change, nowhere else. */
  readonly within: { readonly document: number; readonly path: JsonPath }
  /** The file holds the Application itself, which has to be read again after the edit. */
  readonly holdsApplication?: boolean
  /** Why an edit goes elsewhere though the field is written here. Such a place has no splices. */
  readonly barred?: Refused
  /** What sets the field now, where that is another line. */
  readonly writer?: Passage
}

/** What is to be set, and the state in which it is looked for. */
export type Question = {
  readonly source: ResolvedSource
  /** Position of `source` among the rendered sources of the Application. */
  readonly sourceIndex: number
  readonly object: RenderedObject
  readonly field: Field
  readonly kind: ValueKind
  readonly place: FieldPlace
  readonly value: string
  /** What is rendered now, undefined where the field is absent. */
  readonly current: JsonValue | undefined
  readonly context: RenderContext
  /** Names of the other roots and Applications that read the file. */
  readonly sharedBy: (file: SourceFile) => readonly string[]
}

export function readSource(tree: Tree, path: string): SourceText | Refused {
  const read = readYaml(tree.bytes(path) ?? new Uint8Array(), path)
  return read.read ? { file: path, text: read.text, documents: read.documents } : refuse(read.reason, read.message)
}

/** The text of a file that need not be YAML, such as a template; offsets of splices count in it. */
export function plainText(tree: Tree, path: string): string | Refused {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(tree.bytes(path))
  } catch {
    return refuse('not-in-git', `${path} is no text in UTF-8`)
  }
}

/** The splice that puts `value` in the place of a leaf, in its notation. */
export function leafSplice(source: SourceText, leaf: Leaf, value: string, kind: ValueKind): Splice {
  const keepNumber = kind === 'integer' || (kind === 'quantity' && typeof leaf.value === 'number')
  const token = scalarToken(value, {
    quotes: leaf.quotes,
    inFlow: leaf.inFlow,
    keepNumber,
    boolean: kind === 'boolean',
  })
  // Nothing stands behind `key:`, not even the space.
  const bare = leaf.start === leaf.end && source.text.charAt(leaf.start - 1) === ':'
  return { start: leaf.start, end: leaf.end, text: bare ? ` ${token}` : token }
}

/** Token of a value that is new in the file: replicas are a number, text has quotes where readers would take it for something else. */
export function newToken(value: string, kind: ValueKind, number = false): Written {
  const keepNumber = kind === 'integer' || (kind === 'quantity' && number)
  return { token: scalarToken(value, { quotes: 'plain', inFlow: true, keepNumber, boolean: kind === 'boolean' }) }
}

type Setting = {
  readonly file: SourceFile
  readonly source: SourceText
  readonly document: number
  readonly path: JsonPath
  readonly value: string
  readonly kind: ValueKind
  readonly by: string
  /** Whether a number stood where the value comes from. */
  readonly number?: boolean
}

/** Sets the value at a path of a file, in place of what stands there or inserted where nothing does. */
export function setAt(setting: Setting): Place | Refused {
  const { source, document, path } = setting
  const problem = fileProblem(source)
  if (isBlank(source, document)) return problem ?? insertPlace(setting)
  const found = walk(source, document, path)
  if (isRefused(found)) return problem ?? found
  if (found.rest.length > 0) return problem ?? insertPlace(setting)
  const wrong = problem ?? leafProblem(source, found.node, path.join('.'))
  if (wrong !== undefined) return writtenAt(passage(setting, found.node), wrong)
  const leaf = leafOf(found.node, found.inFlow)
  if (leaf === undefined) return refuse('not-in-git', `${source.file}: ${path.join('.')} is not a single value`)
  return leafPlace(setting, isNothing(found.node) ? bareLeaf(source, found.entry?.key.range?.[1], leaf) : leaf)
}

const PASSAGE_LENGTH = 200

/** The value as it stands, its first line where it has several. */
export function passage({ file, source, by }: Pick<Setting, 'file' | 'source' | 'by'>, node: Node): Passage {
  const [start, end] = [node.range?.[0] ?? 0, node.range?.[1] ?? 0]
  const [text = ''] = source.text.slice(start, Math.min(end, start + PASSAGE_LENGTH)).split('\n')
  return { file, at: start, text, by }
}

/** The range of an empty value may lie behind comments: what counts is the colon of its key. */
function bareLeaf(source: SourceText, keyEnd: number | undefined, leaf: Leaf): Leaf {
  if (leaf.start !== leaf.end || keyEnd === undefined) return leaf
  const colon = source.text.indexOf(':', keyEnd)
  return { ...leaf, start: colon + 1, end: colon + 1 }
}

export function leafPlace(setting: Setting, leaf: Leaf): Place {
  const { file, source, document, path, value, kind, by } = setting
  return {
    by,
    file,
    splices: [leafSplice(source, leaf, value, kind)],
    at: leaf.start,
    text: source.text.slice(leaf.start, leaf.end),
    within: { document, path },
  }
}

function insertPlace(setting: Setting): Place | Refused {
  const { file, source, document, path, value, kind, by } = setting
  const splices = insertAt(source, document, path, newToken(value, kind, setting.number))
  if (isRefused(splices)) return splices
  return { by, file, splices, at: insertionOffset(source.text, splices), text: '', within: { document, path } }
}

/** Where the inserted text begins: on the next line where the splice opens one. */
export function insertionOffset(text: string, splices: readonly Splice[]): number {
  const last = splices.at(-1)
  if (last === undefined) return 0
  if (!/^\r?\n/.test(last.text)) return last.start
  const next = text.indexOf('\n', last.start)
  return next < 0 ? text.length : next + 1
}

/**
 * Text of a whole image reference after the change: `written` is what the file has, `current` what is rendered (a later writer may
 * have given another name). Undefined when the file's reference can't lead to `wanted`.
 */
export function imageText(written: string, current: string, wanted: string): string | undefined {
  const [have, now, want] = [parseImage(written), parseImage(current), parseImage(wanted)]
  if (have === undefined || now === undefined || want === undefined) return undefined
  if (have.name === now.name) return wanted
  return want.name === now.name ? `${have.name}${wanted.slice(want.name.length)}` : undefined
}

export function isSet(question: Pick<Question, 'kind' | 'current' | 'value'>): boolean {
  return sameValue(question.kind, question.current, question.value)
}
