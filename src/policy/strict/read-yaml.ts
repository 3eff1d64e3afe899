import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { type Context, type Place, type Problem, quoted, report, within } from './problem.ts'
import { CAPS, excessOf } from './scan.ts'
import type { Entry, Written } from './written.ts'

/** One document of a file. `root` is absent when there is nothing in it or it could not be read. */
export type StrictDocument = { readonly root?: Written; readonly problems: readonly Problem[] }

/** Syntax errors said per document: the first ones explain the others. */
const MOST_ERRORS = 20

type Conversion = {
  readonly document: Document
  readonly lines: LineCounter
  readonly budget: { nodes: number; told: boolean }
  readonly placeOfRoot: Place
}

/**
 * Reads YAML as Kubernetes does (1.1 scalars), and says the place of everything that is wrong: syntax, duplicate keys, tags, and the caps of
 * `CAPS`, which hold before the text is parsed. Empty documents are left out.
 */
export function parseYamlStrict(text: string, file: string): readonly StrictDocument[] {
  const lines = new LineCounter()
  const excess = excessOf(text)
  if (excess !== undefined) {
    const before = text.slice(0, excess.offset).split('\n')
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 }
    return [{ problems: [{ file, ...place, path: '', message: excess.message }] }]
  }
  const documents = parseAllDocuments(text, {
    version: '1.1',
    // The check of `yaml` is quadratic; `entriesOf` does it in one pass.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  })
  const found: StrictDocument[] = []
  for (const document of documents) {
    const one = readDocument(document, lines, file)
    if (one.root !== undefined || one.problems.length > 0) found.push(one)
  }
  return found
}

function readDocument(document: Document, lines: LineCounter, file: string): StrictDocument {
  const problems: Problem[] = document.errors.slice(0, MOST_ERRORS).map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: '',
      message: `not valid YAML: ${firstLine(error.message)}`,
    }
  })
  if (problems.length > 0 || document.contents === null) return { problems }
  const context: Context = { file, path: [], problems }
  const start = lines.linePos(document.range?.[0] ?? 0)
  const conversion: Conversion = {
    document,
    lines,
    budget: { nodes: CAPS.nodes, told: false },
    placeOfRoot: { line: Math.max(start.line, 1), column: Math.max(start.col, 1) },
  }
  const root = convert(document.contents, conversion, context, 0)
  return problems.length > 0 || root === undefined || isEmpty(root) ? { problems } : { root, problems }
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/[.:]$/, '')
}

function isEmpty(root: Written): boolean {
  return root.kind === 'scalar' && root.value === null
}

function placeOfNode(node: Node | null, conversion: Conversion): Place {
  if (node?.range === undefined || node.range === null) return conversion.placeOfRoot
  const { line, col } = conversion.lines.linePos(node.range[0])
  return { line, column: col }
}

function convert(node: Node | null, conversion: Conversion, context: Context, depth: number): Written | undefined {
  const place = placeOfNode(node, conversion)
  conversion.budget.nodes -= 1
  if (conversion.budget.nodes < 0 || depth > CAPS.depth) return tooLarge(conversion, context, place)
  if (node === null) return { ...place, kind: 'scalar', value: null, text: '' }
  if (isAlias(node)) {
    const target = node.resolve(conversion.document)
    if (target === undefined) {
      report(context, place, `the alias *${node.source} has no anchor`)
      return undefined
    }
    const meant = convert(target, conversion, context, depth + 1)
    return meant === undefined ? undefined : { ...meant, ...place }
  }
  if (isScalar(node)) return scalarOf(node, place)
  if (isSeq(node)) {
    const items = node.items.map((item, at) => convert(item as Node | null, conversion, within(context, at), depth + 1)) // items of a composed list are nodes
    return items.every((item) => item !== undefined) ? { ...place, kind: 'list', items } : undefined
  }
  if (isMap(node)) {
    const entries = entriesOf(node, conversion, context, depth)
    return entries === undefined ? undefined : { ...place, kind: 'map', entries }
  }
  return tooLarge(conversion, context, place)
}

function tooLarge(conversion: Conversion, context: Context, place: Place): undefined {
  // Once is enough: an alias bomb would say it thousands of times.
  if (!conversion.budget.told)
    report(context, place, `the document holds more than ${CAPS.nodes} values or ${CAPS.depth} levels`)
  conversion.budget.told = true
  return undefined
}

/** Dates and base-60 numbers are text, as the YAML reader of Kubernetes has it. */
function scalarOf(node: Scalar, place: Place): Written {
  const { value } = node
  const text = node.source ?? String(value)
  if (typeof value === 'number' && text.includes(':')) return { ...place, kind: 'scalar', value: text, text }
  if (typeof value === 'string') return { ...place, kind: 'scalar', value, text: value }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return { ...place, kind: 'scalar', value, text }
  return { ...place, kind: 'scalar', value: text, text }
}

function entriesOf(map: YAMLMap, conversion: Conversion, context: Context, depth: number): Entry[] | undefined {
  const entries: Entry[] = []
  const first = new Map<string, Place>()
  let whole = true
  for (const pair of map.items) {
    const keyNode = pair.key as Node | null // keys of a composed map are nodes
    const place = placeOfNode(keyNode, conversion)
    const key = isScalar(keyNode) ? scalarOf(keyNode, place) : undefined
    if (key?.kind !== 'scalar') {
      report(context, place, 'a key must be plain text')
      whole = false
      continue
    }
    const earlier = first.get(key.text)
    if (earlier !== undefined) {
      report(
        context,
        place,
        `the key ${quoted(key.text)} stands here for the second time (first on line ${earlier.line})`,
      )
      whole = false
      continue
    }
    first.set(key.text, place)
    const value = convert(pair.value as Node | null, conversion, within(context, key.text), depth + 1) // as for keys
    if (value === undefined) whole = false
    else entries.push({ ...place, key: key.text, value: pair.value === null ? { ...value, ...place } : value })
  }
  return whole ? entries : undefined
}
