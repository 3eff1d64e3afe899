import { describe, expect, it } from 'vitest'
import { readingGroup } from '../../src/controller/reading-group.ts'

type One = {
  readonly subject: {
    readonly cluster: string
    readonly namespace: string
    readonly kind: string
    readonly name: string
  }
}

const one = (namespace: string, name: string): One => ({
  subject: { cluster: 'prod', namespace, kind: 'Deployment', name },
})

/** Namespaces that all hold the same workloads. */
function world(namespaces: number, workloads: readonly string[]) {
  return new Map(Array.from({ length: namespaces }, (_, at) => [`ns-${at}`, workloads]))
}

/** What an answer to the question of a group holds. */
function answered(names: ReadonlyMap<string, readonly string[]>, group: ReturnType<typeof readingGroup<One>>): number {
  return group.namespaces
    .flatMap((namespace) => names.get(namespace) ?? [])
    .filter((name) => group.workloads.some((own) => name === own || name.startsWith(`${own}-`))).length
}

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

describe('what is read together', () => {
  it('is a workload of each namespace in one group', () => {
    const names = world(40, LETTERS)
    const group = readingGroup(
      [...names.keys()].map((namespace) => one(namespace, 'a')),
      names,
      100,
    )
    expect(group).toMatchObject({ workloads: ['a'], series: 40 })
    expect(group.members).toHaveLength(40)
    expect(answered(names, group)).toBe(40)
  })

  it('is never much more than what is wanted, whoever waits, and is counted', () => {
    const names = world(12, [...LETTERS, 'a-canary', 'a-canary-2'])
    let waiting = Array.from({ length: 12 * 8 }, (_, at) => one(`ns-${(at * 7) % 12}`, LETTERS[(at * 5) % 8] ?? 'a'))
    const seen = new Set<One>()
    for (let groups = 0; waiting.length > 0; groups += 1) {
      expect(groups).toBeLessThan(20)
      const group = readingGroup(waiting, names, 30)
      expect(group.members[0]).toBe(waiting[0])
      expect(group.members.length).toBeLessThanOrEqual(30)
      expect(group.series).toBeGreaterThanOrEqual(answered(names, group))
      expect(answered(names, group)).toBeLessThanOrEqual(2 * group.members.length + 1)
      for (const member of group.members) seen.add(member)
      waiting = waiting.filter((each) => !seen.has(each))
    }
    expect(seen.size).toBe(96)
  })

  it('is all of one namespace, however its workloads are named', () => {
    const own = Array.from({ length: 50 }, (_, at) => (at === 0 ? 'web' : `web-${at}`))
    const names = new Map([['shop', own]])
    const group = readingGroup(
      own.map((name) => one('shop', name)),
      names,
      100,
    )
    expect(group.members).toHaveLength(50)
    expect(group.series).toBeGreaterThanOrEqual(50)
  })

  it('is the first that waits, whatever comes along with it', () => {
    const names = new Map([['shop', Array.from({ length: 500 }, (_, at) => `web-${at}`)]])
    expect(readingGroup([one('shop', 'web')], names, 1)).toMatchObject({ series: 500, workloads: ['web'] })
  })
})
