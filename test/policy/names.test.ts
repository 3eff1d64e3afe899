import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NameRule, NO_RULES } from '../../src/domain/index.ts'
import { brokenNameRule, parsePattern, patternFinds } from '../../src/policy/index.ts'
import { size } from '../fakes/size.ts'

const rule = (change: Partial<NameRule>): NameRule => ({
  rule: 'names',
  of: 'branch',
  operator: 'starts-with',
  pattern: 'kintsugi/',
  negate: false,
  ...change,
})
const named = { branch: 'kintsugi/cart-1a2b3c4d', commitMessage: 'fix(cart): raise memory\n\nwhy\n' }
const self = { login: 'kintsugi', authorEmail: '1+kintsugi[bot]@users.noreply.github.com' }

describe('brokenNameRule', () => {
  it.each([
    ['a branch that begins so', {}, true],
    ['a branch that does not', { pattern: 'bots/' }, false],
    ['what is forbidden and there', { negate: true }, false],
    ['what is forbidden and not there', { operator: 'contains', pattern: 'wip', negate: true }, true],
    ['the end of a message', { of: 'message', operator: 'ends-with', pattern: 'why' }, true],
    [
      'a message by its first line',
      { of: 'message', operator: 'regex', pattern: '^(feat|fix)(\\([a-z-]+\\))?!?: .+' },
      true,
    ],
    ['a ticket that is not in the message', { of: 'message', operator: 'regex', pattern: 'SHOP-\\d+' }, false],
    [
      'the address of the author',
      { of: 'author-email', operator: 'ends-with', pattern: '@users.noreply.github.com' },
      true,
    ],
    ['an address that is not known', { of: 'committer-email', operator: 'contains', pattern: '@' }, false],
    ['a pattern that is not known here', { operator: 'regex', pattern: '(?=a)' }, false],
    ['a forbidden pattern that is not known here', { operator: 'regex', pattern: '(a)\\1', negate: true }, false],
  ] as const)('%s', (_says, change, met) => {
    expect(brokenNameRule({ ...NO_RULES, names: [rule(change)] }, named, self) === undefined).toBe(met)
  })
})

/** Patterns of the language as text, and texts of the same letters. */
const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '1', '-', '^', '$', '\\b', 'B')
const pattern: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map(([a, times]) => `(?:${a})${times}`),
  ),
})).node
const text = fc.stringMatching(/^[abB1 -]{0,10}$/)

describe('patterns', () => {
  it('find what the language itself finds', () => {
    fc.assert(
      fc.property(pattern, text, fc.boolean(), (source, one, caseless) => {
        const parsed = parsePattern(caseless ? `(?i)${source}` : source)
        if (parsed === undefined) return
        expect(patternFinds(parsed, one)).toBe(new RegExp(source, caseless ? 'ui' : 'u').test(one))
      }),
      { numRuns: size(2000, 50_000), seed: 5 },
    )
  })

  it('know most of what is written', () => {
    const known = fc.sample(pattern, { numRuns: 500, seed: 5 }).filter((source) => parsePattern(source) !== undefined)
    expect(known.length).toBeGreaterThan(450)
  })

  it('answer any text, and never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (source, one) => {
        const parsed = parsePattern(source)
        if (parsed !== undefined) patternFinds(parsed, one)
      }),
      { numRuns: 1000, seed: 6 },
    )
  })

  it('take no time to speak of where others take for ever', () => {
    const started = performance.now()
    for (const source of ['(a+)+$', '^(a|a)*$', '(.*.*.*)*x', 'a{1,200}a{1,200}$'])
      expect(patternFinds(parsePattern(source) ?? expect.fail(source), `${'a'.repeat(400)}!`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('refuse one that grows beyond all bounds', () => {
    expect(parsePattern('((((a{99}){99}){99}){99})')).toBeUndefined()
    expect(parsePattern('('.repeat(400))).toBeUndefined()
  })
})
