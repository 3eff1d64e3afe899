import { Composer, type Document, type YAMLParseError } from 'yaml'
import { type JsonPath, type JsonValue, type Reason, yamlProblem } from '../../domain/index.ts'
import { type Problem, tokensWithin, YAML_CAPS } from './caps.ts'
import { recentReads } from './recent.ts'
import type { Dialect } from './scalar.ts'
import { jsonOf } from './value.ts'

/** One document of a file. The ranges of `doc` are offsets into the file's `text`; its scalars hold the same values as `value`. */
export type YamlDocument = {
  readonly value: JsonValue
  readonly doc: Document.Parsed
  /** Nothing but comments, directives or white space stands here. */
  readonly empty: boolean
  /** Where a null is written as nothing at all; kustomize treats it unlike a `null` that is spelled out. */
  readonly blanks: readonly JsonPath[]
  /** Where a text is written in the folded style (`>`), which kustomize does not write back as it was. */
  readonly folded: readonly JsonPath[]
  /** The first thing that has no words in JSON, such as `.inf` or a key that is a number: kustomize refuses an object with it. */
  readonly odd: Problem | undefined
}

export type YamlRead =
  | {
      readonly read: true
      readonly documents: readonly YamlDocument[]
      /** The bytes as UTF-8 text with any byte order mark, so that encoding it again gives the same bytes. */
      readonly text: string
    }
  | { readonly read: false; readonly reason: Reason; readonly message: string }

type Refusal = Extract<YamlRead, { read: false }>

const recent = recentReads<YamlRead>()

/**
 * Reads a file as kubectl and kustomize do (go-yaml v3), multi-document. Never throws for what a file holds: text that is not
 * UTF-8, not YAML, or has a key twice is `yaml-invalid`; what passes `YAML_CAPS` is `input-too-large`. Messages begin with
 * `file:line:column`. The parse of the very bytes that were read a moment ago is shared: nobody changes either.
 */
export function readYaml(bytes: Uint8Array, file: string, dialect: Dialect = 'manifest'): YamlRead {
  return recent(bytes, file, dialect, () => readAnew(bytes, file, dialect))
}

function readAnew(bytes: Uint8Array, file: string, dialect: Dialect): YamlRead {
  if (bytes.byteLength > YAML_CAPS.bytes) {
    return refuse(file, '1:1', { message: `more than ${YAML_CAPS.bytes} bytes`, tooLarge: true })
  }
  const text = decode(bytes)
  if (text === undefined) return refuse(file, '1:1', { message: 'is not UTF-8 text', tooLarge: false })
  const outcome = parse(text, dialect)
  if (!('problem' in outcome)) return { read: true, documents: outcome.documents, text }
  const { line, col } = positionIn(text, outcome.problem.offset)
  return refuse(file, `${line}:${col}`, outcome.problem)
}

function refuse(file: string, at: string, problem: { readonly message: string; readonly tooLarge: boolean }): Refusal {
  return {
    read: false,
    reason: problem.tooLarge ? 'input-too-large' : 'yaml-invalid',
    message: `${file}:${at}: ${problem.message}`,
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Line and column, both from 1, of an offset into `text`. */
export function positionIn(text: string, offset: number): { readonly line: number; readonly col: number } {
  const [line, start] = lineAt(text, offset, 1, 0)
  return { line, col: offset - start + 1 }
}

/** Lines, from 1, of offsets that are given in ascending order; one pass over the text for all of them. */
export function linesOf(text: string, offsets: readonly number[]): readonly number[] {
  let at: readonly [number, number] = [1, 0]
  return offsets.map((offset) => {
    at = lineAt(text, offset, at[0], at[1])
    return at[0]
  })
}

/** The line of `offset` and where it starts, counted on from a line that starts before it. */
function lineAt(text: string, offset: number, fromLine: number, fromStart: number): readonly [number, number] {
  let line = fromLine
  let start = fromStart
  for (let next = text.indexOf('\n', start); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
    line += 1
    start = next + 1
  }
  return [line, start]
}

type Parsed = { readonly documents: readonly YamlDocument[] } | { readonly problem: Problem }

function parse(text: string, dialect: Dialect): Parsed {
  const tokens = tokensWithin(text)
  if ('message' in tokens) return { problem: tokens }
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const documents: YamlDocument[] = []
  const budget = { nodes: YAML_CAPS.nodes }
  for (const doc of composer.compose(tokens)) {
    const error = doc.errors[0]
    if (error !== undefined) return { problem: problemOf(error) }
    const read = jsonOf(doc, budget, dialect, text.endsWith('\n') ? -1 : text.length)
    if ('problem' in read) return read
    documents.push({
      value: read.value,
      blanks: read.blanks,
      folded: read.folded,
      odd: read.odd,
      doc,
      empty: doc.contents === null || doc.contents.range[0] === doc.contents.range[1],
    })
  }
  return { documents }
}

function problemOf(error: YAMLParseError): Problem {
  return { offset: error.pos[0], message: yamlProblem(error.code, error.message), tooLarge: false }
}
