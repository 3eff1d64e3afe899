import { describe, expect, it } from 'vitest'
import { code, codeCell, fenced, link, plainLine, prose } from '../../src/proposal/text.ts'
import { size } from '../fakes/size.ts'
import { live, liveInLine, shapeOf } from './gfm.ts'
import { HOSTILE as ALL } from './hostile.ts'

/** Each payload in one or two of its frames; in all of them where there is time. */
const COUNT = size(360, ALL.length)
const HOSTILE = ALL.filter(
  (_, at) => Math.floor((at * COUNT) / ALL.length) !== Math.floor(((at - 1) * COUNT) / ALL.length),
)

const HOSTS = ['prometheus.example']

const SINKS: readonly (readonly [string, (text: string) => string])[] = [
  ['prose', (text) => prose(text)],
  ['prose in a sentence', (text) => `Seen: ${prose(text)}.`],
  ['prose in a cell', (text) => `| a | b |\n|---|---|\n| ${prose(text)} | x |`],
  ['prose in a list', (text) => `- ${prose(text)}`],
  ['bold prose', (text) => `**${prose(text)}**`],
  ['code', (text) => `a ${code(text)} b`],
  ['code in a cell', (text) => `| a | b |\n|---|---|\n| ${codeCell(text)} | x |`],
  ['code in a list', (text) => `- ${code(text)}: ${code(text)} → ${code(text)}`],
  ['a fence', (text) => fenced(text.split('\n'), 'diff')],
  ['a fence of text', (text) => fenced([text], 'text')],
  [
    'a fence after a summary',
    (text) => `<details><summary>x</summary>\n\n${fenced([text, text], 'diff')}\n\n</details>`,
  ],
  ['a link', (text) => `see ${link(text, text, HOSTS)}`],
  ['the label of a link', (text) => `see ${link(text, 'https://prometheus.example/graph', HOSTS)}`],
]

describe('the escaping sink, judged by a parser of GitHub Flavored Markdown', () => {
  it('is tried on at least 300 hostile strings', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(300)
  })

  it('is judged by a check that sees most of them raw', () => {
    const seen = HOSTILE.filter((text) => live(text.slice(0, 2000)).length > 0)
    expect(seen.length).toBeGreaterThan(HOSTILE.length / 3)
  })

  it.each(SINKS)('%s lets nothing live through', (_, sink) => {
    expect(HOSTILE.flatMap((text) => live(sink(text), HOSTS))).toEqual([])
  })

  it.each(SINKS.filter(([name]) => !name.includes('link')))('%s keeps its shape', (_, sink) => {
    const shape = shapeOf(sink('cart'))
    const bent = HOSTILE.filter((text) => text.trim() !== '' && shapeOf(sink(text)) !== shape)
    expect(bent).toEqual([])
  })

  it('makes lines for titles and messages that no forge acts on', () => {
    expect(HOSTILE.flatMap((text) => liveInLine(plainLine(text)))).toEqual([])
  })

  it.each([
    '[skip ci]',
    '[ci skip]',
    '[no ci]',
    '[skip actions]',
    '[actions skip]',
    '***NO_CI***',
    'skip-checks: true',
  ])('never tells a CI system to leave a commit alone: %s', (text) => {
    const line = plainLine(`raise ${text}`)
    expect(line).not.toMatch(/\[(?:skip|no|ci|actions)[ -](?:ci|skip|actions)\]|\*\*\*|skip-checks:/i)
    expect(line).toContain('raise ')
  })

  it('shortens words that would be links to commits, and no number', () => {
    expect(plainLine('app:3f2a91c at 134217728')).toBe('app:3f2a91.. at 134217728')
  })
})
