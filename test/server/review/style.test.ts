import { describe, expect, it } from 'vitest'
import { STYLE } from '../../../src/server/review/style.ts'

function variablesOf(block: string): ReadonlyMap<string, string> {
  return new Map([...block.matchAll(/--([\w-]+):(#[0-9a-f]{3,8})/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
}

const [, light = '', dark = ''] = STYLE.split(':root{')
const THEMES = {
  light: variablesOf(light.slice(0, light.indexOf('}'))),
  dark: variablesOf(dark.slice(0, dark.indexOf('}'))),
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1, 7)
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [bright = 0, dim = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dim + 0.05)
}

const TEXT = [
  ['ink', 'bg'],
  ['ink', 'card'],
  ['ink', 'code'],
  ['ink', 'add'],
  ['ink', 'add-mark'],
  ['ink', 'del'],
  ['ink', 'del-mark'],
  ['ink', 'good-bg'],
  ['ink', 'bad-bg'],
  ['ink', 'wait-bg'],
  ['soft', 'bg'],
  ['soft', 'card'],
  ['soft', 'code'],
  ['soft', 'wait-bg'],
  ['soft', 'add'],
  ['soft', 'del'],
  ['line', 'bg'],
  ['line', 'card'],
  ['good', 'good-bg'],
  ['good', 'card'],
  ['bad', 'bad-bg'],
  ['bad', 'card'],
  ['wait', 'wait-bg'],
  ['flat', 'flat-bg'],
  ['card', 'gold'],
  ['card', 'bad'],
] as const

describe.each(Object.entries(THEMES))('the %s theme', (_, colours) => {
  it.each(TEXT)('has a contrast of 4.5 or more for %s on %s', (text, ground) => {
    expect(contrast(colours.get(text) ?? '', colours.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  it.each([
    ['limit', 'card'],
    ['line', 'card'],
    ['focus', 'bg'],
  ] as const)('has a contrast of 3 or more for the mark %s on %s', (mark, ground) => {
    expect(contrast(colours.get(mark) ?? '', colours.get(ground) ?? '')).toBeGreaterThanOrEqual(3)
  })
})
