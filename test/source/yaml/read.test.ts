import { describe, expect, it } from 'vitest'
import { readYaml } from '../../../src/source/yaml/index.ts'

function read(text: string | Uint8Array) {
  return readYaml(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'f.yaml')
}

function values(text: string): unknown {
  const outcome = read(text)
  return outcome.read ? outcome.documents.map((one) => one.value) : outcome.message
}

/** Passwords begin like this too, and a file with a mistake may be a Secret. */
const MISTAKES = [
  '*',
  '!!',
  '!<',
  '|',
  '>',
  '"\\q',
  '&a *',
  '%',
  '@',
  '`',
  '{',
  '[',
  '"',
  "'",
  '? ',
  ', ',
  '- - "\\u12',
]

describe('what is said of a file that is no YAML', () => {
  it.each(MISTAKES)('holds no word of a value that begins with %s', (lead) => {
    for (const [head, tail] of [
      ['a: ', ''],
      ['a: ', ' b: c'],
      ['a: ', '\n b'],
      ['%', '\n--- a'],
      ['[', '}'],
      ['a: "x" ', ''],
      ['a: b\n   ', ': c'],
    ]) {
      const said = values(`${head}${lead}hunter2${tail}`)
      if (typeof said === 'string') expect(said).not.toContain('hunter')
    }
  })
})

describe('readYaml', () => {
  it.each([
    ['a: yes', 'yes'],
    ['a: on', 'on'],
    ['a: y', 'y'],
    ['a: True', true],
    ['a: 0755', 493],
    ['a: 0o755', 493],
    ['a: 1_000', 1000],
    ['a: 1e3', 1000],
    ['a: 0x1F', 31],
    ['a: 0b11', 3],
    ['a: 190:20:30', '190:20:30'],
    ['a: 2020-01-01', '2020-01-01T00:00:00Z'],
    ['a: 2020-01-01T10:00:00Z', '2020-01-01T10:00:00Z'],
    ['a: 2020-13-01', '2020-13-01'],
    ['a: ~', null],
    ['a:', null],
    ['a: 1.0', 1],
    ['a: +12', 12],
    ['a: .5', 0.5],
    ['a: 5.', 5],
    ['a: 08', 8],
    ['a: 0o8', '0o8'],
    ['a: -0x1F', -31],
    ['a: -0', 0],
    ['a: 1.2.3', '1.2.3'],
    ['a: 100m', '100m'],
    ['a: =', '='],
    ['a: "12"', '12'],
    ['a: !!str 12', '12'],
    ['a: !!int "3"', 3],
    ['a: |\n  12\n', '12\n'],
  ])('reads %j as kubectl does', (text, expected) => {
    expect(values(text)).toEqual([{ a: expected }])
  })

  it('reads several documents, CRLF and a byte order mark, and keeps the text as it was', () => {
    const text = '\uFEFFa: 1\r\n---\r\nb: 2\r\n'
    const outcome = read(text)
    expect(values(text)).toEqual([{ a: 1 }, { b: 2 }])
    expect(outcome.read && outcome.text).toBe(text)
  })

  it('says which documents are empty', () => {
    const outcome = read('# only words\n---\n---\na: 1\n')
    expect(outcome.read && outcome.documents.map((one) => one.empty)).toEqual([true, false])
  })

  it('reads aliases and merge keys, where the keys of the map itself win', () => {
    expect(values('x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x')).toEqual([
      { x: { a: 1, b: 2 }, y: { a: 1, b: 3 }, z: { a: 1, b: 2 } },
    ])
  })

  it('gives ranges into the text', () => {
    const outcome = read('a:\n  b: cart\n')
    const node = outcome.read ? outcome.documents[0]?.doc.getIn(['a', 'b'], true) : undefined
    expect(node).toMatchObject({ value: 'cart', range: [8, 12, 13] })
  })

  it.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'yaml-invalid', 'f.yaml:3:1'],
    ['an open quote', 'a: 1\nb: "x\n', 'yaml-invalid', 'f.yaml:3:1'],
    ['an unknown alias', 'a: *b\n', 'yaml-invalid', 'f.yaml:1:4'],
    ['a key that reaches the prototype', '__proto__: {x: 1}\n', 'yaml-invalid', 'f.yaml:1:1'],
    ['bytes that are not UTF-8', new Uint8Array([0x61, 0x3a, 0xff]), 'yaml-invalid', 'f.yaml:1:1'],
    ['deep flow nesting', '['.repeat(100_000), 'input-too-large', 'f.yaml:1:65'],
    ['deep closed flow nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'input-too-large', 'f.yaml:1:65'],
    ['deep flow maps', '{a: '.repeat(100_000), 'input-too-large', 'f.yaml:1:257'],
    ['deep sequences on one line', '- '.repeat(10_000), 'input-too-large', 'f.yaml:1:'],
    ['deep explicit keys', '? '.repeat(10_000), 'input-too-large', 'f.yaml:1:'],
    [
      'deep indentation',
      Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      'input-too-large',
      'f.yaml:',
    ],
    ['a large file', `a: ${'x'.repeat(1024 * 1024)}`, 'input-too-large', 'f.yaml:1:1'],
    ['very many values', '- 1\n'.repeat(30_000), 'input-too-large', 'f.yaml:20001:'],
    ['very many documents', '---\n'.repeat(30_000), 'input-too-large', 'f.yaml:2001:'],
    ['very many aliases', `a: &a 1\nb: [${'*a,'.repeat(200)}]`, 'input-too-large', 'f.yaml:2:'],
    [
      'a bomb of aliases',
      Array.from({ length: 9 }, (_, i) =>
        i === 0
          ? 'l0: &l0 [1,1,1,1,1,1,1,1,1]'
          : `l${i}: &l${i} [${Array(9)
              .fill(`*l${i - 1}`)
              .join(',')}]`,
      ).join('\n'),
      'input-too-large',
      'f.yaml:5:',
    ],
    [
      'a tower of aliases',
      Array.from({ length: 80 }, (_, i) => (i === 0 ? 'l0: &l0 [1]' : `l${i}: &l${i} [*l${i - 1}]`)).join('\n'),
      'input-too-large',
      'f.yaml:',
    ],
  ])(
    'refuses %s, with its place, and soon',
    (_, text, reason, at) => {
      const outcome = read(text)
      expect(outcome).toMatchObject({ read: false, reason })
      expect(outcome.read ? '' : outcome.message).toContain(at)
    },
    2_000,
  )

  it('checks a map of many keys for duplicates in linear time', () => {
    const cpuOf = (keys: number): number => {
      const text = Array.from({ length: keys }, (_, i) => `k${i}: 1`).join('\n')
      const before = process.cpuUsage()
      expect(read(text)).toMatchObject({ read: true })
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    cpuOf(2_000)
    // Eight times the keys: 64 times the work, were it quadratic.
    expect(cpuOf(16_000) / cpuOf(2_000)).toBeLessThan(32)
  })

  it('gives a block scalar no last newline where the file has none', () => {
    expect(values('a: |\n  x\n  y')).toEqual([{ a: 'x\ny' }])
    expect(values('a: |\n  x\n  y\n')).toEqual([{ a: 'x\ny\n' }])
  })

  it('says where a null is written as nothing, and where a text is folded', () => {
    const outcome = read('a:\nb: null\nc: [{d: }]\ne: >\n  x\n')
    const first = outcome.read ? outcome.documents[0] : undefined
    expect(first).toMatchObject({ blanks: [['a'], ['c', 0, 'd']], folded: [['e']] })
  })

  it.each([
    ['yes', true],
    ['off', false],
    ['y', true],
    ['2020-01-01', '2020-01-01'],
    ['0755', 493],
  ])('reads %s in settings and JSON patches as kustomize does', (text, expected) => {
    const outcome = readYaml(new TextEncoder().encode(text), 'f.yaml', 'settings')
    expect(outcome.read && outcome.documents[0]?.value).toBe(expected)
  })

  it('counts no brackets in quotes, comments and block scalars as nesting', () => {
    const brackets = '['.repeat(100)
    expect(read(`a: "${brackets}"\n# ${brackets}\nb: |\n  ${brackets}\nc: x${brackets}\n`)).toMatchObject({
      read: true,
    })
  })
})
