import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNode, LineCounter, parseAllDocuments } from 'yaml'
import type { Tree } from '../../src/domain/index.ts'
import { memoryTree } from '../../src/source/index.ts'
import { packChart } from './pack.ts'

export type EditExpectation = {
  readonly file: string
  readonly path?: readonly (string | number)[]
  readonly line?: string
}

/** What has to come out of one edit, written from reading the files. */
export type Expectation =
  /** One of these: where two files are as good. */
  | { readonly any: readonly EditExpectation[] }
  /** Edited in this file; at this path of its first document, or on the line that holds this text (`text#2`: the second that does). */
  | EditExpectation
  /** Refused for one of these reasons. */
  | { readonly refused: readonly string[] }

export type ExpectedTarget = {
  readonly application: string
  /** `Kind/namespace/name`, with the group before it where the kind alone is not enough. */
  readonly object: string
  readonly container?: string
  readonly field: string
  readonly is: 'present' | 'absent'
  readonly value: string
  readonly expect: Expectation
}

export type Fixture = {
  readonly name: string
  readonly says: string
  readonly tree: Tree
  readonly targets: readonly ExpectedTarget[]
}

type ExpectedFile = {
  readonly says: string
  readonly pack?: readonly { readonly from: string; readonly to: string }[]
  readonly targets: readonly ExpectedTarget[]
}

function filesOf(directory: string): Map<string, Uint8Array> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(directory.length + 1), new Uint8Array(readFileSync(path))]
    }),
  )
}

/** A fixture: its files but `expected.json`, with what it says is to be packed as archives. */
export function readFixture(directory: string): Fixture {
  const files = filesOf(directory)
  const expected: ExpectedFile = JSON.parse(new TextDecoder().decode(files.get('expected.json')))
  files.delete('expected.json')
  for (const { from, to } of expected.pack ?? []) {
    const packed = [...files].filter(([path]) => path.startsWith(`${from}/`))
    const inside = packed.map(([path, content]): [string, Uint8Array] => [path.slice(from.length + 1), content])
    for (const [path] of packed) files.delete(path)
    files.set(to, packChart(from.slice(from.lastIndexOf('/') + 1), new Map(inside)))
  }
  const name = directory.slice(directory.lastIndexOf('/') + 1)
  return { name, says: expected.says, tree: memoryTree(Object.fromEntries(files)), targets: expected.targets }
}

export function fixtureNames(directory: string): readonly string[] {
  return readdirSync(directory).sort()
}

/** Line, from 1, of the value at a path of a file's documents, the first that has it; undefined where none does. */
function lineOfPath(text: string, path: readonly (string | number)[]): number | undefined {
  const lines = new LineCounter()
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    const node = 'getIn' in document ? document.getIn(path, true) : undefined
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}

/** Line, from 1, that holds a text; `text#2` is the second that does, a text that ends a line says so with a line end. */
function lineOfText(text: string, sought: string): number | undefined {
  const nth = /#(\d)$/.exec(sought)
  const plain = nth === null ? sought : sought.slice(0, -2)
  const found = text.split('\n').flatMap((line, index) => (`${line}\n`.includes(plain) ? [index + 1] : []))
  return found[Number(nth?.[1] ?? 1) - 1]
}

/** The line that the expectation means in this tree, where the value is there already. */
export function expectedLine(tree: Tree, expect: EditExpectation): number | undefined {
  const bytes = tree.bytes(expect.file)
  if (bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  if (expect.line !== undefined) return lineOfText(text, expect.line)
  return expect.path === undefined ? undefined : lineOfPath(text, expect.path)
}

/** The value at the path in a file's content, as a person reads it. */
export function valueInFile(content: Uint8Array, path: readonly (string | number)[]): unknown {
  for (const document of parseAllDocuments(new TextDecoder().decode(content))) {
    const value = 'getIn' in document ? document.getIn(path) : undefined
    if (value !== undefined) return value
  }
  return undefined
}
