import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { JsonPath, JsonValue } from '../../src/domain/index.ts'
import { diffLeaves } from '../../src/source/diff.ts'
import { insertAt } from '../../src/source/insert.ts'
import { eachScalar, type Leaf, leafOf, leafProblem, type SourceText } from '../../src/source/nodes.ts'
import { leafSplice, newToken } from '../../src/source/place.ts'
import { applySplices } from '../../src/source/splice.ts'
import { readYaml } from '../../src/source/yaml/index.ts'
import { size } from '../fakes/size.ts'

const key = fc.stringMatching(/^[a-z][a-zA-Z0-9./-]{0,8}[a-z]$/)
const scalar = fc.oneof(
  fc.constantFrom(
    '32Mi',
    '500m',
    '1.10',
    'on',
    'no',
    '0755',
    '12:30:45',
    '2026-11-21',
    'a: b',
    'x # y',
    "it's",
    '',
    '~',
    ' ',
  ),
  fc.string({ maxLength: 12 }).filter((text) => /^[\x20-\x7e]*$/.test(text)),
  fc.integer({ min: -5, max: 99_999 }),
  fc.boolean(),
)
const tree = fc.letrec<{ node: JsonValue }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.dictionary(key, tie('node'), { minKeys: 0, maxKeys: 4 }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node
const root = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5 })

const layout = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  flow: fc.boolean(),
  quotes: fc.constantFrom<'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE'>('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  crlf: fc.boolean(),
  bom: fc.boolean(),
  finalBreak: fc.boolean(),
  comments: fc.boolean(),
})

type Layout = typeof layout extends fc.Arbitrary<infer Value> ? Value : never

/** The document as some author may have written it. */
function write(value: JsonValue, how: Layout): string {
  let text = stringify(value, {
    indent: how.indent,
    indentSeq: how.indentSeq,
    lineWidth: 0,
    defaultStringType: how.quotes,
    defaultKeyType: 'PLAIN',
    collectionStyle: how.flow ? 'flow' : 'block',
    version: '1.1',
  })
  if (how.comments) text = `# head\n${text}# tail\n`
  if (!how.finalBreak) text = text.replace(/\n+$/, '')
  if (how.crlf) text = text.replaceAll('\n', '\r\n')
  return how.bom ? `\uFEFF${text}` : text
}

function read(text: string): SourceText | undefined {
  const result = readYaml(new TextEncoder().encode(text), 'x.yaml')
  return result.read ? { file: 'x.yaml', text, documents: result.documents } : undefined
}

type Found = { readonly path: JsonPath; readonly leaf: Leaf }

function leaves(source: SourceText): readonly Found[] {
  const found: Found[] = []
  eachScalar(source.documents[0]?.doc.contents, (node, path, inFlow) => {
    const leaf = leafOf(node, inFlow)
    if (leaf !== undefined && leafProblem(source, node, 'x') === undefined) found.push({ path, leaf })
  })
  return found
}

const RUNS = size(200, 4000)

describe('a splice', () => {
  it('changes only the bytes of its range, and only that leaf reads differently, as the text that was meant', () => {
    let tried = 0
    fc.assert(
      fc.property(root, layout, fc.nat(), scalar, (value, how, pick, wanted) => {
        const text = write(value, how)
        const source = read(text)
        const all = source === undefined ? [] : leaves(source)
        const at = all[pick % Math.max(1, all.length)]
        if (source === undefined || at === undefined) return
        const splice = leafSplice(source, at.leaf, String(wanted), 'text')
        const after = applySplices(text, [splice])
        expect(after.startsWith(text.slice(0, splice.start))).toBe(true)
        expect(after.endsWith(text.slice(splice.end))).toBe(true)
        const changes = diffLeaves(source.documents[0]?.value, read(after)?.documents[0]?.value)
        const expected =
          at.leaf.value === String(wanted) ? [] : [{ path: at.path, before: at.leaf.value, after: String(wanted) }]
        expect(changes).toEqual(expected)
        tried += 1
      }),
      { numRuns: RUNS, seed: 11 },
    )
    expect(tried).toBeGreaterThan(RUNS / 2)
  })

  it('inserts under any map, and nothing else reads differently', () => {
    let tried = 0
    fc.assert(
      fc.property(root, layout, fc.nat(), (value, how, pick) => {
        const text = write(value, how)
        const source = read(text)
        if (source === undefined) return
        const maps: JsonPath[] = [[]]
        const visit = (here: JsonValue, path: JsonPath): void => {
          if (Array.isArray(here)) for (const [index, item] of here.entries()) visit(item, [...path, index])
          else if (typeof here === 'object' && here !== null) {
            if (path.at(-1) === undefined || typeof path.at(-1) === 'string') maps.push(path)
            for (const [name, item] of Object.entries(here)) visit(item, [...path, name])
          }
        }
        visit(source.documents[0]?.value ?? null, [])
        const at = [...(maps[pick % maps.length] ?? []), 'limitsOfOurs', 'memory']
        const splices = insertAt(source, 0, at, newToken('128Mi', 'quantity'))
        if ('refused' in splices) return
        const after = applySplices(text, splices)
        const meant = diffLeaves(source.documents[0]?.value, read(after)?.documents[0]?.value).filter(
          // An empty map that is filled is no map of its own any more.
          ({ before, after: now }) => !(now === undefined && JSON.stringify(before) === '{}'),
        )
        expect(meant).toEqual([{ path: at, before: undefined, after: '128Mi' }])
        tried += 1
      }),
      { numRuns: RUNS, seed: 12 },
    )
    expect(tried).toBeGreaterThan(RUNS / 2)
  })
})
