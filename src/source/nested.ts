import { isScalar, type Node, Scalar } from 'yaml'
import type { SourceText } from './nodes.ts'
import type { Splice } from './splice.ts'
import { readYaml } from './yaml/index.ts'

/** YAML within a literal block of another text, such as an inline patch. */
export type Nested = {
  readonly source: SourceText
  /** The text as it is written; `source` has it as it was read. */
  readonly written: string
  /** The splice of the nested text as one of the text around it. */
  readonly outer: (splice: Splice) => Splice
}

type Line = { readonly start: number; readonly text: string }

/** Lines of the block's body in the outer text, without their breaks. */
function bodyLines(text: string, from: number, to: number): readonly Line[] {
  const lines: Line[] = []
  for (let start = text.indexOf('\n', from) + 1; start > 0 && start < to; ) {
    const next = text.indexOf('\n', start)
    const end = next < 0 ? text.length : next
    lines.push({ start, text: text.slice(start, end).replace(/\r$/, '') })
    if (next < 0) break
    start = next + 1
  }
  return lines
}

/**
 * Reads the YAML of a literal block scalar; undefined for any other node, and where it is not YAML. `readable` makes YAML of a text that
 * is a template: another text of the same length.
 */
export function nestedYaml(
  around: SourceText,
  node: Node | null | undefined,
  readable: (text: string) => string = (text) => text,
): Nested | undefined {
  if (!isScalar(node) || node.type !== Scalar.BLOCK_LITERAL || node.range === undefined || node.range === null) {
    return undefined
  }
  const lines = bodyLines(around.text, node.range[0], node.range[1])
  const first = lines.find((line) => line.text.trim() !== '')
  if (first === undefined) return undefined
  const indent = first.text.length - first.text.trimStart().length
  const inner = lines.map((line) => line.text.slice(indent))
  const text = inner.join('\n')
  // The block's own value is the judge of our reading of its indentation.
  if (String(node.value).trimEnd() !== text.trimEnd()) return undefined
  const plain = readable(text)
  const read = readYaml(new TextEncoder().encode(plain), around.file)
  if (!read.read) return undefined
  const newline = around.text.includes('\r\n') ? '\r\n' : '\n'
  const offset = (at: number): number => {
    let start = 0
    for (const [index, line] of inner.entries()) {
      if (at <= start + line.length) return (lines[index]?.start ?? 0) + indent + (at - start)
      start += line.length + 1
    }
    return node.range?.[1] ?? 0
  }
  return {
    source: { file: around.file, text: plain, documents: read.documents },
    written: text,
    outer: ({ start, end, text: inserted }) => ({
      start: offset(start),
      end: offset(end),
      text: inserted.replaceAll(/\r?\n(?=[^\r\n])/g, newline + ' '.repeat(indent)),
    }),
  }
}
