import type { Edit } from '../domain/index.ts'
import { positionIn } from './yaml/index.ts'

/** Characters `start` to `end` of a text become `text`; an insertion has `start === end`. */
export type Splice = { readonly start: number; readonly end: number; readonly text: string }

/** Part of the original text, or text of ours. */
type Piece = { readonly from: number; readonly to: number } | { readonly text: string }

/** A text under edit: what is left of the original, and what stands between. Later splices are in the coordinates of the text as it is then. */
export type EditedText = { readonly original: string; readonly pieces: readonly Piece[] }

export function editedText(original: string): EditedText {
  return { original, pieces: [{ from: 0, to: original.length }] }
}

function lengthOf(piece: Piece): number {
  return 'text' in piece ? piece.text.length : piece.to - piece.from
}

function cut(piece: Piece, from: number, to: number): readonly Piece[] {
  if (from >= to) return []
  return ['text' in piece ? { text: piece.text.slice(from, to) } : { from: piece.from + from, to: piece.from + to }]
}

function spliceOne(pieces: readonly Piece[], splice: Splice): readonly Piece[] {
  const [before, after]: [Piece[], Piece[]] = [[], []]
  let at = 0
  for (const piece of pieces) {
    const length = lengthOf(piece)
    before.push(...cut(piece, 0, Math.min(length, splice.start - at)))
    after.push(...cut(piece, Math.max(0, splice.end - at), length))
    at += length
  }
  return [...before, { text: splice.text }, ...after]
}

/** Applies splices of the present text, which must not overlap. Of two insertions at one place the first in the list comes first. */
export function spliceText(edited: EditedText, splices: readonly Splice[]): EditedText {
  const ordered = splices
    .map((splice, index) => ({ splice, index }))
    .sort((a, b) => b.splice.start - a.splice.start || b.index - a.index)
  let pieces = edited.pieces
  let limit = Number.POSITIVE_INFINITY
  for (const { splice } of ordered) {
    if (splice.end > limit) throw new RangeError(`splices overlap at ${splice.start}`)
    pieces = spliceOne(pieces, splice)
    limit = splice.start
  }
  return { ...edited, pieces }
}

export function textOf(edited: EditedText): string {
  return edited.pieces
    .map((piece) => ('text' in piece ? piece.text : edited.original.slice(piece.from, piece.to)))
    .join('')
}

/** All splices at once, in one pass: traces put thousands into one file. Throws RangeError where two overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const parts: string[] = []
  let at = 0
  for (const splice of [...splices].sort((a, b) => a.start - b.start)) {
    if (splice.start < at) throw new RangeError(`splices overlap at ${splice.start}`)
    parts.push(text.slice(at, splice.start), splice.text)
    at = splice.end
  }
  return parts.join('') + text.slice(at)
}

/** Encodes text that `readYaml` gave; a byte order mark in it stays. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** All changes together, as few splices of the original. */
export function splicesOf(edited: EditedText): readonly Splice[] {
  const splices: Splice[] = []
  let start = 0
  let text = ''
  const close = (end: number): void => {
    if (text !== '' || end > start) splices.push({ start, end, text })
    text = ''
  }
  for (const piece of edited.pieces) {
    if ('text' in piece) text += piece.text
    else {
      close(piece.from)
      start = piece.to
    }
  }
  close(edited.original.length)
  return splices
}

const LEADING_BREAK = /^(?:\r?\n)( *)/

/** The record of the changes of one file, in the file's coordinates before them. An insertion of lines is said to be at its first line. */
export function editsOf(file: string, edited: EditedText): readonly Edit[] {
  return splicesOf(edited).map(({ start, end, text }) => {
    const { line, col } = positionIn(edited.original, start)
    const before = edited.original.slice(start, end)
    const lead = before === '' ? LEADING_BREAK.exec(text) : null
    if (lead === null) return { file, line, column: col, before, after: text }
    return { file, line: line + 1, column: (lead[1]?.length ?? 0) + 1, before, after: text.slice(lead[0].length) }
  })
}
