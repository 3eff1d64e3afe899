import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonPath, type JsonValue } from '../../src/domain/index.ts'
import { diffLeaves, type LeafChange } from '../../src/source/diff.ts'

type Leaves = Map<string, { readonly path: JsonPath; readonly value: JsonValue }>

/** The plain way: both sides as tables of leaves. */
function leavesOf(value: JsonValue | undefined, path: JsonPath = [], into: Leaves = new Map()): Leaves {
  if (value === undefined) return into
  const children: readonly (readonly [string | number, JsonValue])[] = Array.isArray(value)
    ? value.map((item: JsonValue, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : []
  if (children.length === 0) into.set(JSON.stringify(path), { path, value })
  for (const [key, child] of children) leavesOf(child, [...path, key], into)
  return into
}

function plainDiff(before: JsonValue | undefined, after: JsonValue | undefined): readonly LeafChange[] {
  const [from, to] = [leavesOf(before), leavesOf(after)]
  const changed = [...from].flatMap(([key, { path, value }]) => {
    const now = to.get(key)?.value
    return JSON.stringify(value) === JSON.stringify(now) ? [] : [{ path, before: value, after: now }]
  })
  const added = [...to].flatMap(([key, { path, value }]) =>
    from.has(key) ? [] : [{ path, before: undefined, after: value }],
  )
  return [...changed, ...added]
}

const inOrder = (changes: readonly LeafChange[]) =>
  changes.map(({ path, before, after }) => JSON.stringify([path, before ?? 'absent', after ?? 'absent'])).sort()

const key = fc.constantFrom('a', 'b', '0', '1', '__proto__', 'constructor')
const { value: anything } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>(0, 1, 'x', '', true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 3, selector: ([name]) => name }).map((entries) => {
      const map: Record<string, JsonValue> = Object.fromEntries(entries)
      return map
    }),
  ),
}))

describe('diffLeaves', () => {
  it('finds what a comparison of all leaves finds', () => {
    fc.assert(
      fc.property(anything, anything, (before, after) => {
        expect(inOrder(diffLeaves(before, after))).toEqual(inOrder(plainDiff(before, after)))
      }),
      { numRuns: 2000 },
    )
  })

  it('finds nothing between a value and its copy', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(diffLeaves(value, structuredClone(value))).toEqual([])
      }),
    )
  })

  it('takes an empty map or list for a leaf, and keeps positions and names apart', () => {
    expect(diffLeaves({ a: {} }, { a: [] })).toEqual([{ path: ['a'], before: {}, after: [] }])
    expect(diffLeaves({ a: {} }, { a: { b: 1 } })).toEqual([
      { path: ['a'], before: {}, after: undefined },
      { path: ['a', 'b'], before: undefined, after: 1 },
    ])
    expect(diffLeaves(['x'], { 0: 'x' })).toEqual([
      { path: [0], before: 'x', after: undefined },
      { path: ['0'], before: undefined, after: 'x' },
    ])
    expect(diffLeaves(undefined, { a: 1 })).toEqual([{ path: ['a'], before: undefined, after: 1 }])
  })
})
