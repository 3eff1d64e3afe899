import { describe, expect, it } from 'vitest'
import { AnswerBook } from '../../src/controller/answer-book.ts'
import type { Answer, Ask } from '../../src/detection/index.ts'
import { memoryShelf } from '../fakes/memory-shelf.ts'

const ask = (upToMs: number, kind: Ask['kind'] = 'fit'): Ask => ({ model: 'arima', kind, upToMs })
const made = (upToMs: number, values = 1000): Answer => ({
  ...ask(upToMs),
  kind: 'fit',
  outcome: { fitted: true, model: { values: new Float64Array(values).fill(upToMs) } },
})
const absent = async (book: AnswerBook, name: string, asks: readonly Ask[]) => (await book.recall(name, asks)).absent
const failed: Answer = { ...ask(7), kind: 'fit', outcome: { fitted: false, why: 'failed' } }

describe('what is known of models', () => {
  it('is kept while it is asked for', async () => {
    const book = new AnswerBook()
    await book.keep('a', [ask(1)], [made(1)])
    await book.keep('a', [ask(1), ask(2)], [made(2)])
    expect([book.get('a', ask(1)), book.get('a', ask(2))]).toEqual([made(1), made(2)])
    await book.keep('a', [ask(2)], [])
    expect(book.get('a', ask(1))).toBeUndefined()
  })

  it('is not what failed', async () => {
    const shelf = memoryShelf()
    const book = new AnswerBook({ shelf })
    await book.keep('a', [ask(7)], [failed])
    expect(book.knows('a', ask(7))).toBe(false)
    expect(shelf.held().entries).toBe(0)
  })

  it('outlasts the process, for the same program and series alone', async () => {
    const shelf = memoryShelf()
    await new AnswerBook({ shelf, program: 'one' }).keep('a', [ask(1)], [made(1)])
    const later = new AnswerBook({ shelf, program: 'one' })
    expect(await absent(later, 'a', [ask(1), ask(2)])).toEqual([ask(2)])
    expect(later.get('a', ask(1))).toEqual(made(1))
    expect(await absent(later, 'b', [ask(1)])).toEqual([ask(1)])
    expect(await absent(new AnswerBook({ shelf, program: 'two' }), 'a', [ask(1)])).toEqual([ask(1)])
    expect(await absent(later, 'a', [{ ...ask(1), under: 'Europe/Zurich' }])).toHaveLength(1)
  })

  it('is not taken from a shelf that gives something else', async () => {
    const wrong = [undefined, null, 7, 'fit', {}, made(2), { ...ask(1), outcome: null }, { ...ask(1), kind: 'tail' }]
    for (const given of wrong) {
      const shelf = { ...memoryShelf(), get: async () => given }
      expect(await absent(new AnswerBook({ shelf }), 'a', [ask(1)])).toEqual([ask(1)])
    }
  })

  it('leaves the shelf when it is not asked for any more', async () => {
    const shelf = memoryShelf()
    const book = new AnswerBook({ shelf })
    await book.keep('a', [ask(1)], [made(1)])
    await book.keep('a', [ask(2)], [made(2)])
    expect(shelf.held().entries).toBe(1)
  })

  it('is not put on the shelf where its data were not whole', async () => {
    const shelf = memoryShelf()
    const book = new AnswerBook({ shelf })
    await book.keep('a', [ask(1)], [made(1)], true)
    expect(book.get('a', ask(1))).toEqual(made(1))
    expect(shelf.held().entries).toBe(0)
    book.rest('a', [])
    expect(book.get('a', ask(1))).toEqual(made(1))
  })
})

describe('memory for models', () => {
  const room = 3 * 8500

  it('is bounded: those of the series that were judged longest ago go, and come back from the shelf', async () => {
    const shelf = memoryShelf()
    const book = new AnswerBook({ shelf, mostBytes: room })
    for (const name of ['a', 'b', 'c']) await book.keep(name, [ask(1)], [made(1)])
    await book.recall('a', [ask(1)])
    await book.keep('d', [ask(1)], [made(1)])
    expect(book.held().bytes).toBeLessThanOrEqual(room)
    expect(['a', 'b', 'c', 'd'].filter((name) => book.get(name, ask(1)) !== undefined)).toEqual(['a', 'c', 'd'])
    expect(book.get('b', ask(1))).toBeUndefined()
    expect(book.knows('b', ask(1))).toBe(true)
    expect(await absent(book, 'b', [ask(1)])).toEqual([])
    expect(book.get('b', ask(1))).toEqual(made(1))
    expect(book.held().bytes).toBeLessThanOrEqual(room)
  })

  it('holds one series at least, however large', async () => {
    const book = new AnswerBook({ mostBytes: 10 })
    await book.keep('a', [ask(1)], [made(1)])
    expect(book.get('a', ask(1))).toEqual(made(1))
  })

  it('counts what it holds', async () => {
    const book = new AnswerBook({ shelf: memoryShelf() })
    await book.keep('a', [ask(1), ask(2)], [made(1, 1000), made(2, 2000)])
    expect(book.held().bytes).toBeGreaterThan(24_000)
    expect(book.held().bytes).toBeLessThan(26_000)
    book.rest('a', [ask(2)])
    expect(book.held().bytes).toBeLessThan(18_000)
    book.only(new Set())
    expect(book.held()).toMatchObject({ series: 0, bytes: 0, shelf: { entries: 2 } })
  })

  it('keeps what no shelf has while its series is not seen', async () => {
    const book = new AnswerBook()
    await book.keep('a', [ask(1)], [made(1)])
    book.only(new Set())
    expect(book.get('a', ask(1))).toEqual(made(1))
  })
})
