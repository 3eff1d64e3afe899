import { describe, expect, it } from 'vitest'
import type { Shelf } from '../../src/ports/index.ts'

export type MakeShelf = (mostEntries: number) => Shelf | Promise<Shelf>

const VALUES: Readonly<Record<string, unknown>> = {
  numbers: [0, -0, 1 / 3, 5e-324, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  'typed arrays': {
    f64: Float64Array.of(Number.NaN, -0, 1 / 3),
    i32: Int32Array.of(-1, 2 ** 31 - 1),
    i8: Int8Array.of(-128, 127, 1),
    u8: Uint8Array.of(255),
    empty: new Float64Array(0),
  },
  'a part of a larger array': Float64Array.of(1, 2, 3, 4).subarray(1, 3),
  'what is not there': { a: undefined, b: null, list: [undefined, 1] },
  'keys that look like signs': { $: 'NaN', $$: { $: ['f64', 0, 1] }, $a: 1 },
  texts: ['', '日本\u0000"\\', '\ud800'],
  'truth values': [true, false],
  nothing: undefined,
  'keys of prototypes': JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
}

/** What a shelf promises, wherever it keeps things. */
export function shelfContract(name: string, make: MakeShelf): void {
  describe(`${name} as a shelf`, () => {
    it.each(Object.keys(VALUES))('gives back what was put: %s', async (what) => {
      const shelf = await make(100)
      expect(await shelf.put('key', { value: VALUES[what] })).toBe(true)
      expect(await shelf.get('key')).toStrictEqual({ value: VALUES[what] })
    })

    it('has nothing under a key that nothing was put under', async () => {
      const shelf = await make(100)
      await shelf.put('a', 1)
      expect(await shelf.get('b')).toBeUndefined()
    })

    it('takes any text as a key', async () => {
      const shelf = await make(100)
      const keys = ['', '../../etc/passwd', 'a/b', 'A/B', 'x'.repeat(5000), '\u0000', '日本']
      for (const [at, key] of keys.entries()) await shelf.put(key, at)
      expect(await Promise.all(keys.map((key) => shelf.get(key)))).toEqual(keys.map((_, at) => at))
    })

    it('has the newest of what was put under one key', async () => {
      const shelf = await make(100)
      for (const value of [1, 2, 3]) await shelf.put('key', value)
      expect(await shelf.get('key')).toBe(3)
      expect(shelf.held().entries).toBe(1)
    })

    it('keeps what was put, whatever becomes of it afterwards', async () => {
      const shelf = await make(100)
      const mine = { row: Float64Array.of(1, 2) }
      await shelf.put('key', mine)
      mine.row[0] = 9
      expect(await shelf.get('key')).toEqual({ row: Float64Array.of(1, 2) })
    })

    it('forgets what was dropped', async () => {
      const shelf = await make(100)
      await shelf.put('key', 1)
      await shelf.drop('key')
      await shelf.drop('never there')
      expect(await shelf.get('key')).toBeUndefined()
      expect(shelf.held().entries).toBe(0)
    })

    it('lets what was put longest ago go where it is full', async () => {
      const shelf = await make(3)
      for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) await shelf.put(key, key)
      expect(shelf.held().entries).toBeLessThanOrEqual(3)
      expect(await shelf.get('b')).toBeUndefined()
      expect(await shelf.get('e')).toBe('e')
    })

    it('keeps nothing that is not plain, and says so by having nothing', async () => {
      const shelf = await make(100)
      expect(await shelf.put('key', { fit: () => 1 })).toBe(false)
      expect(await shelf.get('key')).toBeUndefined()
    })
  })
}
