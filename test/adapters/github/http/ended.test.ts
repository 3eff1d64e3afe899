import { describe, expect, it } from 'vitest'
import { endedOf } from '../../../../src/adapters/github/http/ended.ts'
import { nodeOf } from '../../../../src/adapters/github/http/json.ts'
import { emptyMemory } from '../../../../src/adapters/github/http/memory.ts'

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 0, 1)
const PAGE = 50

const when = (ms: number): string => new Date(ms).toISOString()

/** A pull request of ours that ended then, as GitHub lists it. */
function ended(number: number, atMs: number) {
  return {
    ...{ id: `PR_${number}`, number, url: 'x', state: 'MERGED', title: 't', body: 'b', createdAt: when(atMs) },
    ...{ updatedAt: when(atMs), mergedAt: when(atMs), headRefName: 'kintsugi/a', baseRefName: 'main' },
    ...{ headRefOid: 'a'.repeat(40), isCrossRepository: false, author: null },
    comments: { nodes: [], pageInfo: { hasPreviousPage: false } },
  }
}

/** A GitHub that lists these, the newest change first; `asked` counts further pages. */
function listed(all: readonly ReturnType<typeof ended>[]) {
  const rows = [...all].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  const page = (from: number, size: number) => ({
    nodes: rows.slice(from, from + size),
    pageInfo: { hasNextPage: rows.length > from + size, endCursor: String(from + size) },
  })
  const seen = { asked: 0 }
  const memory = emptyMemory()
  return {
    seen,
    memory,
    async look(sinceMs: number) {
      const incomplete = new Set<string>()
      const query = { base: 'main', prefix: 'kintsugi', heads: [], sinceMs, labels: [] }
      const graphql = async ({ variables }: { readonly variables: Readonly<Record<string, unknown>> }) => {
        seen.asked += 1
        return { data: nodeOf({ repository: { ended: page(Number(variables['after']), PAGE) } }), errors: [] }
      }
      const at = { graphql, repository: { owner: 'a', name: 'b' }, query, memory, incomplete }
      const pulls = await endedOf(at, nodeOf({ ended: page(0, 20) }), [])
      return { numbers: pulls.map(({ number }) => number), cut: incomplete.has('ended') }
    },
    add(...more: readonly ReturnType<typeof ended>[]) {
      rows.unshift(...[...more].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)))
    },
  }
}

describe('what has ended', () => {
  it('is kept no longer than it is asked for', async () => {
    const at = listed([ended(1, T0), ended(2, T0 + 5 * HOUR)])
    expect((await at.look(T0 - HOUR)).numbers).toEqual([1, 2])
    expect((await at.look(T0 + HOUR)).numbers).toEqual([2])
    expect([...at.memory.ended.pulls.keys()]).toEqual([2])
    expect((await at.look(T0 + 6 * HOUR)).numbers).toEqual([])
    expect(at.memory.ended.pulls.size).toBe(0)
  })

  it('is read again where more is asked for than is known', async () => {
    const at = listed([ended(1, T0), ended(2, T0 + 5 * HOUR)])
    expect((await at.look(T0 + 6 * HOUR)).numbers).toEqual([])
    expect((await at.look(T0 - HOUR)).numbers).toEqual([1, 2])
  })

  it('is said to be cut where more changed than can be read, without reading that again, until time has gone by', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => ended(index + 1, T0 + index * 60_000))
    const at = listed(many)
    const first = await at.look(T0)
    expect(first).toMatchObject({ cut: true })
    expect(first.numbers.length).toBe(20 + 20 * PAGE)
    const { asked } = at.seen
    at.add(ended(2000, T0 + 1201 * 60_000))
    const second = await at.look(T0 + 60_000)
    expect(second).toMatchObject({ cut: true })
    expect(second.numbers).toContain(2000)
    expect(at.seen.asked).toBe(asked)
    const late = T0 + 1300 * 60_000
    expect(await at.look(late)).toEqual({ numbers: [], cut: false })
  })
})
