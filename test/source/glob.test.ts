import { describe, expect, it } from 'vitest'
import { globMatcher } from '../../src/source/glob.ts'

describe('globMatcher', () => {
  it.each([
    ['*.yaml', 'a.yaml', true],
    ['*.yaml', 'a/b.yaml', false],
    ['a/*/c.yaml', 'a/b/c.yaml', true],
    ['**/c.yaml', 'c.yaml', true],
    ['**/c.yaml', 'a/b/c.yaml', true],
    ['**/c.yaml', 'a/bc.yaml', false],
    ['a/**', 'a/b/c.yaml', true],
    ['a/**/c.yaml', 'a/c.yaml', true],
    ['{a,b}/x.{yml,yaml}', 'b/x.yml', true],
    ['{a,b}/x.yaml', 'c/x.yaml', false],
    ['v[0-9].yaml', 'v7.yaml', true],
    ['v[!0-9].yaml', 'v7.yaml', false],
    ['v?.yaml', 'v/.yaml', false],
    ['\\*.yaml', '*.yaml', true],
    ['\\*.yaml', 'a.yaml', false],
    ['a[.yaml', 'a[.yaml', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern, { crossing: false })(path)).toBe(expected)
  })

  it.each([
    ['*.yaml', 'a/b.yaml', true],
    ['a*', 'a/b/c', true],
    ['{*.yml,*.yaml}', 'x/y.yml', true],
    ['a?b', 'a/b', true],
  ])('crossing directories, %s and %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern, { crossing: true })(path)).toBe(expected)
  })

  it('takes no more than pattern times text for a pattern made to stall', () => {
    const match = globMatcher(`${'*a'.repeat(200)}b`, { crossing: true })
    expect(match('a'.repeat(4000))).toBe(false)
  })

  it('matches nothing with a pattern that is too long or stands for too many', () => {
    expect(globMatcher('*'.repeat(600), { crossing: true })('a')).toBe(false)
    expect(globMatcher('{a,b}'.repeat(10), { crossing: true })('a'.repeat(10))).toBe(false)
  })
})
