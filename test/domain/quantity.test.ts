import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareQuantities, parseQuantity } from '../../src/domain/index.ts'

function compared(a: string, b: string): number | undefined {
  const [x, y] = [parseQuantity(a), parseQuantity(b)]
  return x === undefined || y === undefined ? undefined : compareQuantities(x, y)
}

describe('compareQuantities', () => {
  it.each([
    ['1Gi', '1024Mi', 0],
    ['1G', '1000M', 0],
    ['1G', '1Gi', -1],
    ['1Ei', '1024Pi', 0],
    ['2', '2000m', 0],
    ['0.5', '500m', 0],
    ['.5', '0.5', 0],
    ['5.', '5', 0],
    ['1e3', '1k', 0],
    ['1E3', '1k', 0],
    ['1e-3', '1m', 0],
    ['1E', '1e18', 0],
    ['12e6', '12M', 0],
    ['1.5e3', '1500', 0],
    ['1e0', '1', 0],
    ['0.1Gi', '107374182400m', 0],
    ['100u', '0.1m', 0],
    ['1n', '0.000000001', 0],
    ['+1', '1', 0],
    ['-1', '1', -1],
    ['9007199254740993', '9007199254740992', 1],
    ['20Gi', '20G', 1],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(compared(a, b)).toBe(expected)
  })

  it('orders any two as their exact values', () => {
    const suffix = fc.constantFrom(
      ['', 1n],
      ['k', 1000n],
      ['M', 1_000_000n],
      ['Ki', 1024n],
      ['Mi', 1048576n],
      ['e3', 1000n],
      ['E2', 100n] as const,
    )
    const quantity = fc.tuple(fc.nat(1_000_000), suffix)
    fc.assert(
      fc.property(quantity, quantity, ([a, [x, m]], [b, [y, n]]) => {
        const [left, right] = [BigInt(a) * m, BigInt(b) * n]
        expect(compared(`${a}${x}`, `${b}${y}`)).toBe(left === right ? 0 : left < right ? -1 : 1)
      }),
    )
  })
})

describe('parseQuantity', () => {
  it.each([
    '',
    '.',
    'Gi',
    '1 Gi',
    '1gi',
    '1KI',
    '1kB',
    '1K',
    '1e',
    '1e3Mi',
    '1Mi1',
    '0x10',
    '1_000',
    'NaN',
    '1e100',
    '--1',
    '1i',
  ])('does not read %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })
})
