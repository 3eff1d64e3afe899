import { describe, expect, it } from 'vitest'
import { journal } from '../../src/controller/journal.ts'
import type { AuditRecord } from '../../src/domain/index.ts'

const MINUTE = 60_000

function records(count: number): readonly AuditRecord[] {
  return Array.from({ length: count }, (_, index) => ({ atMs: index, lane: 'a', event: `e${index}`, detail: {} }))
}

function kept() {
  const batches: (readonly AuditRecord[])[] = []
  const errors: unknown[] = []
  const forge = { works: true }
  const book = journal(
    async (batch) => {
      if (!forge.works) throw new Error('away')
      batches.push(batch)
    },
    (error) => errors.push(error),
  )
  return { book, batches, errors, forge }
}

describe('the journal', () => {
  it('writes at most one batch in ten minutes', async () => {
    const { book, batches } = kept()
    for (let minute = 0; minute < 30; minute += 1) await book.add(records(1), minute * MINUTE)
    expect(batches.map(({ length }) => length)).toEqual([1, 10, 10])
  })

  it('does not wait with 500', async () => {
    const { book, batches } = kept()
    await book.add(records(1), 0)
    await book.add(records(499), MINUTE)
    expect(batches).toHaveLength(1)
    await book.add(records(1), MINUTE)
    expect(batches.map(({ length }) => length)).toEqual([1, 500])
  })

  it('writes what waits when told, and nothing twice', async () => {
    const { book, batches } = kept()
    await book.add(records(1), 0)
    await book.add(records(2), 1)
    expect(await book.flush(2)).toBe(true)
    expect(await book.flush(3)).toBe(true)
    expect(batches.map(({ length }) => length)).toEqual([1, 2])
  })

  it('keeps what the forge did not take, and says what was too much', async () => {
    const { book, batches, errors, forge } = kept()
    forge.works = false
    await book.add(records(3), 0)
    expect(await book.flush(1)).toBe(false)
    for (let round = 0; round < 11; round += 1) await book.add(records(499), round)
    expect(errors.length).toBeGreaterThan(1)
    forge.works = true
    expect(await book.flush(20 * MINUTE)).toBe(true)
    expect(batches).toHaveLength(1)
    expect(batches[0]?.[0]).toMatchObject({ event: 'records-lost', detail: { count: 3 + 11 * 499 - 5000 } })
    expect(batches[0]).toHaveLength(5001)
  })
})
