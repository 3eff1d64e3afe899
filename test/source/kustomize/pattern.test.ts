import { describe, expect, it } from 'vitest'
import { compilePattern, compileWhole } from '../../../src/source/kustomize/pattern.ts'

describe('compilePattern', () => {
  const texts = ['', 'a', 'ab', 'abc', 'cart', 'cart-api', 'cart.api', 'CART', 'a1', 'a-b', 'a\nb', ']', 'x{2', 'aaa']

  it.each([
    'a',
    'ab?',
    'a*',
    'a+b',
    '(?:a|b)+',
    'cart(-api)?',
    '.*',
    'cart.api',
    'cart\\.api',
    '[a-c]+',
    '[^a-c]+',
    '[-a]+',
    '[a\\-1]+',
    '\\w+',
    '\\d',
    'a{2}',
    'a{1,2}',
    'a{2,}',
    'a|',
    '^a',
    'a$',
    '(a|ab)(c|bcd)?',
    '[]a]',
    'x{2',
    '\\s',
  ])('finds /%s/ where JavaScript finds it', (source) => {
    const ours = compilePattern(source)
    const theirs = new RegExp(source === '[]a]' ? '[\\]a]' : source)
    expect(texts.map((text) => ours?.found(text))).toEqual(texts.map((text) => theirs.test(text)))
  })

  it('anchors the whole pattern, alternatives too', () => {
    const pattern = compileWhole('cart|shop')
    expect(['cart', 'shop', 'carts', 'a-shop'].map((text) => pattern?.found(text))).toEqual([true, true, false, false])
  })

  it.each([
    '(',
    'a)',
    '[a',
    '*',
    '+a',
    'a\\',
    '(?=a)',
    '(?P<n>a)',
    'a{2,1}',
    'a{2000}',
    '\\q',
    '(a{1000}){1000}',
    '((){1000}){1000}',
    '('.repeat(60),
  ])('does not take %j', (source) => {
    expect(compilePattern(source)).toBeUndefined()
  })

  it('stays linear where backtracking would not end', () => {
    expect(compileWhole('(a+)+(a|a)*b')?.found('a'.repeat(5_000))).toBe(false)
  }, 2_000)
})
