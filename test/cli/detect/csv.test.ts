import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../src/cli/detect/csv.ts'
import { onGrid } from '../../../src/cli/detect/grid.ts'
import { KintsugiError } from '../../../src/domain/index.ts'

const read = (text: string) => {
  const { times, values } = readCsv(text, 'a.csv')
  return { times: [...times], values: [...values] }
}

describe('samples in a file', () => {
  it.each([
    ['seconds under a header', 'timestamp,value,label\n60,1,0\n120,2.5,1\n', [60_000, 120_000], [1, 2.5]],
    ['without a header or a last newline', '60,1\n120,2', [60_000, 120_000], [1, 2]],
    ['milliseconds', '1507583400000,1\n1507583460000,2', [1_507_583_400_000, 1_507_583_460_000], [1, 2]],
    ['ISO with a zone', '2026-01-05T01:00:00+01:00,1', [Date.UTC(2026, 0, 5)], [1]],
    [
      'ISO without a zone is UTC',
      '2026-01-05 00:00:00,1\n2026-01-05T00:01,2',
      [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 5, 0, 1)],
      [1, 2],
    ],
    [
      'a byte order mark, CRLF and blank lines',
      '\ufefftimestamp,value\r\n60,1\r\n\r\n120,2\r\n',
      [60_000, 120_000],
      [1, 2],
    ],
    ['out of order', '120,2\n60,1', [60_000, 120_000], [1, 2]],
    [
      'no value, NaN and infinity',
      '60,\n120,NaN\n180,+Inf\n240,1e999',
      [60_000, 120_000, 180_000, 240_000],
      [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    ],
    ['nothing', '', [], []],
  ])('%s', (_, text, times, values) => {
    expect(read(text)).toEqual({ times, values })
  })

  it.each([
    ['a word for a value', '60,1\n120,two\n', 2, 5],
    ['a word for a timestamp', '60,1\nnoon,2\n', 2, 1],
    ['no comma', '60,1\n120\n', 2, 1],
    ['a header in the middle', '60,1\ntimestamp,value\n', 2, 1],
    ['hexadecimal', '0x10,1\n', 1, 1],
  ])('says where there is %s', (_, text, line, column) => {
    expect(() => read(text)).toThrow(KintsugiError)
    try {
      read(text)
    } catch (error) {
      expect(error).toMatchObject({ code: 'KIN-1005', at: { file: 'a.csv', line, column } })
    }
  })

  it('never fails in another way, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0159.,-+eE:TZnaif \n\r"x'), maxLength: 60 }), (text) => {
        try {
          readCsv(text, 'a.csv')
        } catch (error) {
          expect(error).toBeInstanceOf(KintsugiError)
        }
      }),
    )
  })
})

describe('samples on a grid', () => {
  const grid = (text: string) => {
    const { window, rowOf } = onGrid(readCsv(text, 'a.csv'), 'a.csv')
    return { stepMs: window.stepMs, values: [...(window.columns[0]?.values ?? [])], rows: [...rowOf] }
  }

  it('leaves a gap without samples', () => {
    expect(grid('60,1\n120,2\n240,4')).toEqual({ stepMs: 60_000, values: [1, 2, Number.NaN, 4], rows: [0, 1, 3] })
  })

  it('takes a sample that came late for its own row', () => {
    expect(grid('60,1\n120,2\n183,3\n240,4\n300,5')).toMatchObject({ stepMs: 60_000, values: [1, 2, 3, 4, 5] })
  })

  it('keeps the later one of two in a row, and a value rather than none', () => {
    expect(grid('60,1\n120,2\n120,3\n180,4\n180,NaN')).toEqual({
      stepMs: 60_000,
      values: [1, 3, 4],
      rows: [0, 1, 1, 2, 2],
    })
  })

  it.each([
    ['nothing', ''],
    ['one sample', '60,1'],
    ['one moment', '60,1\n60,2'],
  ])('asks for two moments of %s', (_, text) => {
    expect(() => grid(text)).toThrow('fewer than two moments')
  })

  it('refuses a grid of which hardly any row has a sample', () => {
    expect(() => grid('0.001,1\n0.002,2\n99999999,3')).toThrow('rows')
  })
})
