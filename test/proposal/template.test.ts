import { describe, expect, it } from 'vitest'
import { fill } from '../../src/proposal/template.ts'

describe('fill', () => {
  it('puts each value in its place', () => {
    expect(fill('a {{x}} b {{y}}', { x: '1', y: '2' })).toBe('a 1 b 2')
  })

  it('never reads a value as a template or a pattern', () => {
    expect(fill('{{x}} {{y}}', { x: '{{y}}', y: '$& $1' })).toBe('{{y}} $& $1')
  })

  it('keeps a section only where its value is not empty', () => {
    const template = 'a\n\n{{#x}}\nX {{x}}\n{{/x}}\n\nb'
    expect(fill(template, { x: '1' })).toBe('a\n\nX 1\n\nb')
    expect(fill(template, { x: '' })).toBe('a\n\nb')
  })

  it('refuses a place without a value', () => {
    expect(() => fill('{{toString}}', {})).toThrow('{{toString}}')
  })
})
