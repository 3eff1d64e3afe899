import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applySplices,
  editedText,
  editsOf,
  type Splice,
  splicesOf,
  spliceText,
  textOf,
} from '../../src/source/splice.ts'

describe('applySplices', () => {
  it('keeps the order of insertions at one place', () => {
    const at = (text: string): Splice => ({ start: 1, end: 1, text })
    expect(applySplices('ab', [at('x'), at('y')])).toBe('axyb')
  })

  it('refuses splices that overlap', () => {
    const splices = [
      { start: 0, end: 2, text: '' },
      { start: 1, end: 3, text: '' },
    ]
    expect(() => applySplices('abc', splices)).toThrow(RangeError)
    expect(() => spliceText(editedText('abc'), splices)).toThrow(RangeError)
  })
})

describe('a text under edit', () => {
  it('says all its splices as few splices of the original', () => {
    const step = fc.record({ start: fc.nat(), length: fc.nat(5), text: fc.string({ maxLength: 4 }) })
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(step, { maxLength: 8 }), (original, steps) => {
        let edited = editedText(original)
        for (const { start, length, text } of steps) {
          const now = textOf(edited)
          const from = start % (now.length + 1)
          const splice = { start: from, end: Math.min(now.length, from + length), text }
          edited = spliceText(edited, [splice])
          expect(textOf(edited)).toBe(applySplices(now, [splice]))
        }
        expect(applySplices(original, splicesOf(edited))).toBe(textOf(edited))
      }),
    )
  })

  it('speaks of lines and columns before any edit, and of an inserted line by its own', () => {
    const edited = spliceText(editedText('a: 1\nb:\n  c: 2\n'), [
      { start: 3, end: 4, text: '10' },
      { start: 14, end: 14, text: '\n  d: 3' },
    ])
    expect(editsOf('f.yaml', edited)).toEqual([
      { file: 'f.yaml', line: 1, column: 4, before: '1', after: '10' },
      { file: 'f.yaml', line: 4, column: 3, before: '', after: 'd: 3' },
    ])
  })
})
