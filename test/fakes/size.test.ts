import { expect, it } from 'vitest'
import { size } from './size.ts'

it.each([
  ['', 300],
  ['full', 5000],
  ['all', 5000],
  ['7', 7],
])('a test under KINTSUGI_N=%s tries so many', (asked, count) => {
  expect(size(300, 5000, asked)).toBe(count)
})

it.each(['some', '0', '-1', '1.5'])('no test takes KINTSUGI_N=%s for nothing to try', (asked) => {
  expect(() => size(300, 5000, asked)).toThrow(/KINTSUGI_N/)
})
