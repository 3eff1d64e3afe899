import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../src/domain/index.ts'
import { insertAt } from '../../src/source/insert.ts'
import { leafOf, leafProblem, type SourceText, walk } from '../../src/source/nodes.ts'
import { leafSplice, newToken } from '../../src/source/place.ts'
import { isRefused } from '../../src/source/refused.ts'
import { removeAt } from '../../src/source/remove.ts'
import { applySplices, type Splice } from '../../src/source/splice.ts'
import { size } from '../fakes/size.ts'
import { pathsOf, readings, sourceOf, withAt } from './yaml-readers.ts'
import { yamlText } from './yaml-text.ts'

const RUNS = size(250, 40_000)

/** What was tried, and how often each reason stood in the way. */
type Tally = { done: number; readonly refused: Map<string, number> }

type Case = {
  readonly text: string
  readonly source: SourceText
  readonly document: number
  readonly before: readonly (readonly JsonValue[])[]
  readonly paths: readonly JsonPath[]
}

function caseOf(seed: number, pick: number): Case | undefined {
  const text = yamlText(seed)
  const [source, before] = [sourceOf(text), readings(text)]
  if (source === undefined || before === undefined || source.documents.length === 0) return undefined
  const document = pick % source.documents.length
  return { text, source, document, before, paths: pathsOf(source.documents[document]?.value ?? null) }
}

/** Holds what all readers see now against what they saw before with one change. */
function expectTrees(
  { before, document }: Case,
  after: string,
  change: (tree: JsonValue, reader: number) => JsonValue,
): void {
  const meant = before.map((documents, reader) =>
    documents.map((tree, index) => (index === document ? change(tree, reader) : tree)),
  )
  expect(readings(after), after).toEqual(meant)
}

/** Runs over generated texts; what fails shows the text before and after. */
function check(seed: number, one: (given: Case, pick: number, tally: Tally) => string | undefined): Tally {
  const tally: Tally = { done: 0, refused: new Map() }
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (from, pick) => {
      const given = caseOf(from, pick)
      if (given === undefined || given.paths.length === 0) return
      const reason = one(given, pick, tally)
      if (reason === undefined) tally.done += 1
      else tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1)
    }),
    { numRuns: RUNS, seed },
  )
  console.log(JSON.stringify({ done: tally.done, refused: Object.fromEntries(tally.refused) }))
  return tally
}

const WANTED = [
  '128Mi',
  '1.10',
  'on',
  'No',
  '0755',
  '12:30:45',
  '1e3',
  '1_000',
  '2026-11-21',
  '0x1F',
  'a: b',
  'x #y',
  "it's",
  '',
  '~',
  '- a',
  '{a}',
  'a,b',
  '.5',
  '+1',
  '=',
  '<<',
  '5',
  'ü',
  'a]',
  '%x',
  '@x',
  '`x',
  '!t',
  '0o17',
  'nan',
  '.NaN',
  '-',
  '--- a',
  'Null',
  'y',
]

function quotedAs(source: SourceText, splice: Splice): boolean {
  return /^["']/.test(source.text.slice(splice.start, splice.end))
}

describe('YAML of many styles', () => {
  it('a spliced scalar changes its own bytes, and only that leaf reads differently, to every reader', () => {
    const { done } = check(21, (given, pick) => {
      const { source, document, text, paths } = given
      const scalars = paths.filter((path) => typeof valueAt(source.documents[document]?.value, path) !== 'object')
      const path = scalars[pick % Math.max(1, scalars.length)]
      if (path === undefined) return 'no scalar'
      const found = walk(source, document, path)
      if (isRefused(found)) return found.reason
      const problem = leafProblem(source, found.node, 'x')
      const leaf = problem === undefined ? leafOf(found.node, found.inFlow) : undefined
      if (leaf === undefined) return problem?.reason ?? 'no leaf'
      const integer = pick % 5 === 0
      const wanted = integer ? '7' : (WANTED[pick % WANTED.length] ?? '')
      const splice = leafSplice(source, leaf, wanted, integer ? 'integer' : 'text')
      const after = applySplices(text, [splice])
      expect(after.slice(0, splice.start)).toBe(text.slice(0, splice.start))
      expect(text.slice(splice.end)).toBe(after.slice(after.length - (text.length - splice.end)))
      const tagged = /!!str\s+$/.test(text.slice(0, splice.start))
      expectTrees(given, after, (tree) =>
        withAt(tree, path, integer && !quotedAs(source, splice) && !tagged ? 7 : wanted),
      )
      return undefined
    })
    expect(done).toBeGreaterThan(RUNS / 2)
  })

  it('an insertion adds its own bytes, and reads as the tree that was meant', () => {
    const { done } = check(22, (given, pick) => {
      const { source, document, text, paths } = given
      const value = source.documents[document]?.value
      const parents = paths.filter((path) => isParent(valueAt(value, path)))
      const parent = parents[pick % Math.max(1, parents.length)]
      if (parent === undefined) return 'no map'
      const free = valueAt(value, [...parent, 'memory']) === undefined
      const path = [
        ...parent,
        ...(pick % 3 === 0 && free ? ['memory'] : pick % 3 === 1 ? ['ours'] : ['ours', 'memory']),
      ]
      const splices = insertAt(source, document, path, newToken('128Mi', 'quantity'))
      if (isRefused(splices)) return splices.reason
      for (const { start, end } of splices)
        expect(text.slice(start, end).trim()).toMatch(/^(?:\{\s*\}|\[\s*\]|~|null|)$/)
      const after = applySplices(text, splices)
      expectTrees(given, after, (tree) => withAt(tree, path, '128Mi'))
      expectTakenBack(given, after, path.slice(0, parent.length + 1), valueAt(value, parent))
      return undefined
    })
    expect(done).toBeGreaterThan(RUNS / 2)
  })

  it('a removal takes its own bytes, and reads as the tree that was meant', () => {
    const { done } = check(23, (given, pick) => {
      const { source, document, text, paths } = given
      const path = paths[1 + (pick % Math.max(1, paths.length - 1))]
      if (path === undefined) return 'nothing'
      const splices = removeAt(source, document, path)
      if (isRefused(splices)) return splices.reason
      for (const splice of splices) expect(['', '{}', '[]']).toContain(splice.text.trim())
      const after = applySplices(text, splices)
      expectTrees(given, after, (tree) => withAt(tree, path, undefined))
      return undefined
    })
    expect(done).toBeGreaterThan(RUNS / 2)
  })
})

function isParent(value: JsonValue | undefined): boolean {
  return value === null || isJsonObject(value) || (Array.isArray(value) && value.length === 0)
}

/** What was inserted can be taken out again; from a map that was there the text is then as it was. */
function expectTakenBack(given: Case, after: string, path: JsonPath, parent: JsonValue | undefined): void {
  const again = sourceOf(after)
  if (again === undefined || !isJsonObject(parent) || Object.keys(parent).length === 0) return
  const splices = removeAt(again, given.document, path)
  // An anchor or merge key on the way may be in the way, and a text before it that the lines behind would join.
  if (isRefused(splices)) expect(['shared-anchor', 'block-scalar']).toContain(splices.reason)
  else expect(applySplices(after, splices)).toBe(given.text)
}
