import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readPlainYaml } from '../../../src/adapters/render/plain-yaml.ts'
import { readYaml } from '../../../src/adapters/render/yaml.ts'
import type { JsonValue } from '../../../src/domain/index.ts'

const CAPS = { characters: 2_097_152, depth: 160, tokens: 500_000, aliases: 100 }

function whole(text: string): { readonly value: JsonValue | undefined } | undefined {
  const read = readYaml(text, CAPS)
  return read.read && read.documents.length <= 1 ? { value: read.documents[0] } : undefined
}
const plain = (text: string) => readPlainYaml(text, (one) => whole(`${one}\n`)?.value)

/** Reads plainly only what the whole parser reads, and as it does, the order of keys included. */
function agrees(text: string): boolean {
  const value = plain(text)
  if (value === undefined) return false
  expect(JSON.stringify({ value: value ?? undefined }), text).toBe(JSON.stringify(whole(text)))
  return true
}

const scalars = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    'yes',
    'no',
    '0755',
    '1e3',
    '1_000',
    '0x1F',
    '12:30',
    '2020-01-01',
    '.5',
    '~',
    'null',
    '- a',
    'a: b',
    'a #b',
    '#',
    '',
    ' ',
    'a\nb\n',
    'a\n\n  b',
    '|',
    '{}',
    '[]',
    '*a',
    '&a',
    '!!str a',
    "it's",
    '"q"',
    '1.10',
    '-',
    '=',
    '<<',
    '100m',
    '1.5Gi',
    '+1',
    '-0',
    '007',
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'app.kubernetes.io/name', 'x-y', 'on', 'key with space', '1', '$ref', '__proto__'),
  fc.string({ maxLength: 8 }),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
  ),
}))

const LINES = [
  'a: 1',
  'b:',
  '- c',
  '- d: e',
  '-',
  'f: |',
  'f: |-',
  'f: |+',
  'f: >',
  "g: 'h",
  "i'",
  "j'' k'",
  '"l',
  'm"',
  'n: "o\\',
  '# p',
  '',
  ' ',
  'q: r s',
  't u',
  'v: [w]',
  'x: {y: z}',
  'a: 2',
  '- - 3',
  '? k',
  ': l',
  'm: &n o',
  'p: *n',
  'q: "\\u0041\\n"',
  "r: 'it''s'",
  's: t # u',
  'v: w#x',
  'y: z:',
  'a: b: c',
  '...',
  '%YAML 1.1',
  'k: !!int "3"',
  '"quoted": 1',
  "'single': 2",
  '<<: {a: 1}',
  'key:value',
  'v: "a" # b',
  '- |',
  '-   a: 1',
  'n: -1',
  'o: 1.',
  'w:  spaced   ',
  'z: "   ',
]

describe('readPlainYaml', () => {
  it('reads what Kubernetes objects are written in', () => {
    const text = `# Source: a/b.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: "a"\n  annotations:\n    text: |\n      one\n\n        two\n    folded: 'it''s\n      long'\nspec:\n  containers:\n  - name: x\n    args: []\n    env:\n      - name: A\n        value: "1"\n  replicas: 2\n  cpu: 100m\n  on: false\n`
    expect(plain(text)).toBeUndefined()
    expect(plain(text.replace('  on: false\n', '  ready: no\n'))).toMatchObject({
      metadata: { name: 'a', annotations: { text: 'one\n\n  two\n', folded: "it's long" } },
      spec: {
        containers: [{ name: 'x', args: [], env: [{ name: 'A', value: '1' }] }],
        replicas: 2,
        cpu: '100m',
        ready: false,
      },
    })
  })

  it('agrees with the whole parser on anything that a program writes', () => {
    let read = 0
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom(0, 40, 80),
        fc.boolean(),
        fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL'),
        (value, lineWidth, indentSeq, defaultStringType) => {
          if (agrees(stringify({ spec: value }, { lineWidth, indentSeq, defaultStringType, version: '1.1' }))) read += 1
        },
      ),
      { numRuns: 3000, seed: 7 },
    )
    expect(read).toBeGreaterThan(800)
  })

  it('agrees with the whole parser on lines thrown together', () => {
    let read = 0
    const line = fc
      .tuple(fc.constantFrom(0, 0, 2, 2, 4, 1, 6), fc.constantFrom(...LINES))
      .map(([indent, text]) => ' '.repeat(indent) + text)
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        if (agrees(`${lines.join('\n')}\n`)) read += 1
      }),
      { numRuns: 20_000, seed: 11 },
    )
    expect(read).toBeGreaterThan(500)
  })

  it('agrees with the whole parser on the YAML files of this project', () => {
    const root = resolve(import.meta.dirname, '../../..')
    let [read, all] = [0, 0]
    for (const folder of ['test/golden', 'test/scenarios', 'docs']) {
      for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
        if (!/\.ya?ml$/.test(name)) continue
        for (const text of readFileSync(join(root, folder, name), 'utf8').split(/^---[ \t]*$/m)) {
          all += 1
          if (agrees(text)) read += 1
        }
      }
    }
    expect(read / all).toBeGreaterThan(0.3)
  })
})
