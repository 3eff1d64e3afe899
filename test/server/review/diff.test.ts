import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffOf } from '../../../src/server/index.ts'

const written = (before: string, after: string): string[] =>
  diffOf('f', before, after).hunks.flatMap((hunk) =>
    hunk.map((line) => `${line.before ?? '-'}|${line.after ?? '-'}|${line.kind[0]}|${line.text}`),
  )

describe('differences of two texts', () => {
  it.each([
    ['one line', 'a\nb\nc\n', 'a\nB\nc\n', ['1|1|s|a', '2|-|r|b', '-|2|a|B', '3|3|s|c']],
    ['a new file', '', 'a\nb\n', ['-|1|a|a', '-|2|a|b']],
    ['a file that goes', 'a\n', '', ['1|-|r|a']],
    ['an inserted line', 'a\nb\n', 'a\nx\nb\n', ['1|1|s|a', '-|2|a|x', '2|3|s|b']],
    ['nothing', 'a\n', 'a\n', []],
  ])('of %s', (_, before, after, expected) => {
    expect(written(before, after)).toEqual(expected)
  })

  it('puts what is far apart into hunks of its own', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`)
    const after = lines.map((line, at) => (at === 5 || at === 30 ? `${line}!` : line))
    expect(diffOf('f', lines.join('\n'), after.join('\n')).hunks).toHaveLength(2)
  })

  it('says so when only the end of the file differs', () => {
    expect(diffOf('f', 'a', 'a\n').unshown).toBe('only the end of the file differs')
  })

  it('gives back both texts', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        const lines = diffOf('f', `${a.join('\n')}\n`, `${b.join('\n')}\n`).hunks.flat()
        if (a.join() === b.join()) return lines.length === 0
        const removed = lines.filter((line) => line.kind !== 'added')
        const added = lines.filter((line) => line.kind !== 'removed')
        return (
          removed.every((line) => line.text === a[(line.before ?? 0) - 1]) &&
          added.every((line) => line.text === b[(line.after ?? 0) - 1]) &&
          lines.filter((line) => line.kind === 'removed').length -
            lines.filter((line) => line.kind === 'added').length ===
            a.length - b.length
        )
      }),
    )
  })
})
