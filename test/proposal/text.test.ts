import { describe, expect, it } from 'vitest'
import { code, codeCell, fenced, link, prose } from '../../src/proposal/text.ts'

const HOSTS = ['prometheus.example']

describe('the escaping sink', () => {
  it('keeps an ordinary sentence as it was written', () => {
    expect(prose('Container app of shop/cart was killed twice (98.5 %).')).toBe(
      'Container app of shop/cart was killed twice (98.5 %).',
    )
  })

  it('shows a value exactly', () => {
    expect(code('registry.example/app@sha256:0a')).toBe('`registry.example/app@sha256:0a`')
  })

  it('wraps backticks in a longer run', () => {
    expect(code('a``b`')).toBe('``` a``b` ```')
  })

  it('puts characters that hide into sight', () => {
    expect(code('a\u202eb\u200bc')).toBe('`a\ufffdb\ufffdc`')
  })

  it('never splits a table cell', () => {
    expect(codeCell('a|b\\|c')).not.toContain('|')
  })

  it('makes a fence that is longer than any inside', () => {
    expect(fenced(['`````'], 'text').split('\n')[0]).toBe('``````text')
  })

  it('keeps the indentation of a fenced line', () => {
    expect(fenced(['-    memory: 32Mi'], 'diff').split('\n')[1]).toBe('-    memory: 32Mi')
  })

  it('caps what is long and says so', () => {
    expect([...prose('x'.repeat(10_000), 50)]).toHaveLength(51)
    expect(fenced(new Array(10_000).fill('+ line'), 'diff').length).toBeLessThan(6200)
  })

  it('links to configured hosts alone', () => {
    expect(link('query', 'https://prometheus.example/graph?g0.expr=up', HOSTS)).toBe(
      '[query](https://prometheus.example/graph?g0.expr=up)',
    )
    expect(link('query', 'https://prometheus.example.evil/', HOSTS)).toBe('query')
    expect(link('query', 'https://user@prometheus.example/', HOSTS)).toBe('query')
  })

  it('cannot be made to end a link early', () => {
    expect(link('q', 'https://prometheus.example/a)](https://evil.example', HOSTS)).not.toContain('](https://evil')
  })
})
