import { describe, expect, it } from 'vitest'
import { CAPS, formatProblem, jsonOf, parseYamlStrict, suggest, writtenOf } from '../../src/policy/index.ts'

function messages(text: string): string[] {
  return parseYamlStrict(text, 'f.yaml').flatMap((document) => document.problems.map(formatProblem))
}

function values(text: string): unknown[] {
  return parseYamlStrict(text, 'f.yaml').flatMap(({ root }) => (root === undefined ? [] : [jsonOf(root)]))
}

describe('parseYamlStrict', () => {
  it('reads scalars as the YAML reader of Kubernetes does', () => {
    expect(values('a: yes\nb: 0755\nc: 10:20:30\nd: 2026-01-02\ne: "no"\nf: ~\ng: 5m\n')).toEqual([
      { a: true, b: 493, c: '10:20:30', d: '2026-01-02', e: 'no', f: null, g: '5m' },
    ])
  })

  it('leaves out documents that hold nothing', () => {
    expect(values('---\n# words\n---\na: 1\n---\n')).toEqual([{ a: 1 }])
    expect(parseYamlStrict('', 'f.yaml')).toEqual([])
  })

  it('keeps a hostile key as a key', () => {
    const [value] = values('__proto__: {polluted: true}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('reads aliases', () => {
    expect(values('a: &x {b: 1}\nc: *x')).toEqual([{ a: { b: 1 }, c: { b: 1 } }])
  })

  it.each([
    [
      'a key that stands twice',
      'a: 1\nb: 2\na: 3\n',
      'f.yaml:3:1: the key "a" stands here for the second time (first on line 1)',
    ],
    ['a tag', 'a: !!binary x', 'f.yaml:1:4: tags are not read here'],
    ['an alias without an anchor', 'a: *b', 'f.yaml:1:4: the alias *b has no anchor'],
    ['a key that is a list', '[a]: 1', 'f.yaml:1:1: a key must be plain text'],
  ])('says the place of %s', (_, text, message) => {
    expect(messages(text)).toEqual([message])
  })

  it('says the place of a syntax error', () => {
    expect(messages('a: 1\nb: [1,\n')[0]).toMatch(/^f\.yaml:[23]:\d+: not valid YAML: /)
  })
})

describe('parseYamlStrict: what would hold up or end the process', () => {
  const million = 1_000_000
  const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
  for (const [at, name] of [...'bcdefghij'].entries())
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(',')}]`)

  it.each([
    ['deep flow lists', '['.repeat(million), /nested deeper than 64/],
    ['deep flow maps', '{a: '.repeat(200_000), /nested deeper than 64/],
    ['depth hidden by brackets in quotes', '["]]]]",'.repeat(100_000), /nested deeper than 64/],
    ['deep compact lists', '- '.repeat(million / 2), /nested deeper than 64/],
    [
      'deep blocks',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      /nested deeper than 64/,
    ],
    ['too many keys', Array.from({ length: 50_000 }, (_, at) => `k${at}: 1`).join('\n'), /more than 80000 tokens/],
    ['too many documents', '---\n'.repeat(250_000), /more than 80000 tokens/],
    ['too many directives', '%a\n'.repeat(300_000), /more than 80000 tokens/],
    ['too many aliases', `a: &a 1\nb: [${Array(101).fill('*a').join(', ')}]`, /more than 100 aliases/],
    ['an alias bomb', bomb.join('\n'), /more than 20000 values/],
    ['a large file', '#'.repeat(CAPS.characters + 1), /larger than 1048576 characters/],
  ])('refuses %s', (_, text, message) => {
    const found = messages(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
  })

  it('refuses deep nesting again and again', () => {
    for (let at = 0; at < 50; at += 1) messages('['.repeat(100_000))
    expect(messages('['.repeat(100_000))).toHaveLength(1)
  })

  it('bears what is just within the caps', () => {
    expect(values('['.repeat(64) + ']'.repeat(64))).toHaveLength(1)
    expect(values(Array.from({ length: 9000 }, (_, at) => `k${at}: 1`).join('\n'))).toHaveLength(1)
  })
})

describe('writtenOf', () => {
  it('refuses JSON that is nested too deep or too large', () => {
    let deep: unknown[] = []
    for (let at = 0; at < 100; at += 1) deep = [deep]
    expect(writtenOf(deep as never, CAPS)).toBeUndefined()
    expect(writtenOf(Array(30_000).fill(1), CAPS)).toBeUndefined()
  })
})

describe('suggest', () => {
  const known = ['confidenceThreshold', 'cooldownPeriod', 'maxRetries', 'enabled']

  it.each([
    ['confidenceTreshold', 'confidenceThreshold'],
    ['coolDownPeriod', 'cooldownPeriod'],
    ['maxRetires', 'maxRetries'],
    ['enable', 'enabled'],
    ['confidence', 'confidenceThreshold'],
    ['cooldown', 'cooldownPeriod'],
    ['replicas', undefined],
    ['x'.repeat(500), undefined],
    ['', undefined],
  ])('for %s is %s', (written, meant) => {
    expect(suggest(written, known)).toBe(meant)
  })
})
