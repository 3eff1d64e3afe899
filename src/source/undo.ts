import {
  isJsonObject,
  type JsonPath,
  type JsonValue,
  objectKey,
  sameObject,
  type Tree,
  valueAt,
} from '../domain/index.ts'
import { diffLeaves } from './diff.ts'
import { insertAt } from './insert.ts'
import { columnOf, type Written } from './layout.ts'
import { leafProblem, type SourceText, walk } from './nodes.ts'
import { readSource } from './place.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { removeAt } from './remove.ts'
import { scalarToken } from './scalar-text.ts'
import type { Splice } from './splice.ts'

/** A part of a commit's change of one file, taken back in the file as it is today. */
export type Undo = { readonly path: string; readonly where: string; readonly splices: readonly Splice[] }

/** What one file was before the commit, after it, and is now. */
export type Three = { readonly before: SourceText; readonly after: SourceText; readonly now: SourceText }

export function threeOf(path: string, before: Tree, after: Tree, now: Tree): Three | Refused {
  const [a, b, c] = [readSource(before, path), readSource(after, path), readSource(now, path)]
  if (isRefused(a)) return a
  if (isRefused(b)) return b
  return isRefused(c) ? c : { before: a, after: b, now: c }
}

/** The document of the same object, or of the same place where it is none. */
function sameDocument(from: SourceText, index: number, to: SourceText): number {
  const value = from.documents[index]?.value
  const key = isJsonObject(value) ? objectKey(value) : undefined
  if (key === undefined) return index
  return to.documents.findIndex((one) => {
    const other = isJsonObject(one.value) ? objectKey(one.value) : undefined
    return other !== undefined && sameObject(key, other)
  })
}

function shortest(path: JsonPath, missingIn: JsonValue | undefined): JsonPath | undefined {
  const length = path.findIndex((_, index) => valueAt(missingIn, path.slice(0, index + 1)) === undefined)
  return length < 0 ? undefined : path.slice(0, length + 1)
}

function written(value: JsonValue): Written {
  if (Array.isArray(value)) return value.length === 0 ? { token: '[]' } : { items: value.map(written) }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, inner]): [string, Written] => [key, written(inner)])
    return entries.length === 0 ? { token: '{}' } : { entries }
  }
  if (typeof value !== 'string') return { token: String(value) }
  if (value.includes('\n')) return { literal: value.split('\n') }
  return { token: scalarToken(value, { quotes: 'plain', inFlow: false, keepNumber: false }) }
}

function textAt(source: SourceText, document: number, path: JsonPath) {
  const found = walk(source, document, path)
  if (isRefused(found) || found.rest.length > 0) return undefined
  const [start, end] = found.node.range ?? [0, 0]
  return { start, end, text: source.text.slice(start, end), column: columnOf(source.text, start), node: found.node }
}

type At = { readonly before: number; readonly after: number; readonly now: number }

/** The text of the value before the commit in the place of the commit's, where today's file still has that. */
function replaced({ before, after, now }: Three, at: At, path: JsonPath): readonly Splice[] | Refused {
  const where = `${now.file}: ${path.join('.')}`
  const [old, made, today] = [textAt(before, at.before, path), textAt(after, at.after, path), textAt(now, at.now, path)]
  if (old === undefined || made === undefined || today === undefined || made.text !== today.text)
    return refuse('conflict', `${where} is not what the commit wrote any more`)
  const several = old.text.includes('\n') || today.text.includes('\n')
  if (several && old.column !== today.column) return refuse('conflict', `${where} stands elsewhere in its lines now`)
  const problem = several ? undefined : leafProblem(now, today.node, path.join('.'))
  return problem ?? [{ start: today.start, end: today.end, text: old.text }]
}

/** Everything that the commit did to the file, each part with the splices that take it back today, or why it can't be. */
export function undosOf(three: Three): readonly (Undo | Refused)[] {
  const { before, after, now } = three
  const undos = new Map<string, Undo | Refused>()
  for (const [index, { value }] of after.documents.entries()) {
    const at = { before: sameDocument(after, index, before), after: index, now: sameDocument(after, index, now) }
    const [old, today] = [before.documents[at.before]?.value, now.documents[at.now]?.value]
    if (old === undefined || today === undefined) continue
    for (const leaf of diffLeaves(old, value)) {
      const made = undoLeaf(three, at, { old, value, today }, leaf)
      if (made !== undefined)
        undos.set(
          made.where,
          isRefused(made.splices) ? made.splices : { ...made, path: now.file, splices: made.splices },
        )
    }
  }
  return [...undos.values()]
}

type Values = { readonly old: JsonValue; readonly value: JsonValue; readonly today: JsonValue }
type Leaf = ReturnType<typeof diffLeaves>[number]

function undoLeaf(three: Three, at: At, { old, value, today }: Values, leaf: Leaf) {
  const named = (path: JsonPath, splices: readonly Splice[] | Refused) => ({
    where: `${at.now} ${path.join('.')}`,
    splices,
  })
  if (leaf.before !== undefined && leaf.after !== undefined) return named(leaf.path, replaced(three, at, leaf.path))
  const path = shortest(leaf.path, leaf.before === undefined ? old : value)
  if (path === undefined) return undefined
  if (leaf.before === undefined) {
    const same = diffLeaves(valueAt(value, path), valueAt(today, path)).length === 0
    const gone = refuse('conflict', `${three.now.file}: ${path.join('.')} is not what the commit wrote any more`)
    return named(path, same ? removeAt(three.now, at.now, path) : gone)
  }
  const wanted = valueAt(old, path)
  if (wanted === undefined) return undefined
  const taken = valueAt(today, path) !== undefined
  const there = refuse('conflict', `${three.now.file}: ${path.join('.')} has a value again`)
  return named(path, taken ? there : insertAt(three.now, at.now, path, written(wanted)))
}
