import { printable, type Span, styled } from '../style.ts'

/** One cell. What is too long for its column is cut, with a mark. */
export type Cell = { readonly text: string; readonly style?: 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan' }

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Keeps the end, which tells one image or path from another. */
export function cutStart(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - Math.max(0, width - 1))}`
}

function span({ text, style }: Cell): Span {
  return style === undefined ? text : styled(style, text)
}

/** Rows in aligned columns; the last column takes what is left of `width`. */
export function aligned(
  rows: readonly (readonly Cell[])[],
  indent: number,
  width: number,
): readonly (readonly Span[])[] {
  const plain = rows.map((row) => row.map((cell) => ({ ...cell, text: printable(cell.text) })))
  const widths: number[] = []
  for (const row of plain)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.text.length)
    })
  return plain.map((row) => {
    const spans: Span[] = [' '.repeat(indent)]
    let used = indent
    row.forEach((cell, at) => {
      const last = at === row.length - 1
      const room = last ? width - used : (widths[at] ?? 0)
      const text = last ? cut(cell.text, Math.max(12, room)) : cell.text.padEnd(room)
      spans.push(span({ ...cell, text }), ...(last ? [] : ['  ']))
      used += text.length + 2
    })
    return spans
  })
}
