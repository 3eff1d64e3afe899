import { describe, expect, it } from 'vitest'
import { labelText } from '../../../src/cli/detect/labels.ts'

describe('the labels of a series', () => {
  it.each([
    [
      [
        ['__name__', 'up'],
        ['job', 'node'],
      ] as const,
      'up{job="node"}',
    ],
    [[['job', 'node']] as const, '{job="node"}'],
    [[] as const, '{}'],
    [[['pod', 'a"b\\c']] as const, '{pod="a\\"b\\\\c"}'],
    [[['pod', 'a\u001b[31m\nb']] as const, '{pod="a\\u{1b}[31m\\u{a}b"}'],
    [[['pod', 'a\u202eb\u200b']] as const, '{pod="a\\u{202e}b\\u{200b}"}'],
    [[['pod\u0000', 'x']] as const, '{pod\\u{0}="x"}'],
  ])('%j are %s', (labels, text) => {
    expect(labelText(labels)).toBe(text)
  })

  it('are cut where they are long', () => {
    const text = labelText(Array.from({ length: 50 }, (_, at) => [`name${at}`, 'v'.repeat(500)]))
    expect([...text].length).toBeLessThanOrEqual(200)
    expect(text.endsWith('…')).toBe(true)
  })
})
