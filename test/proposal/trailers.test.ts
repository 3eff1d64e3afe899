import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeProposal } from '../../src/proposal/index.ts'
import { decodeTrailer, formatTrailers, parseTrailers } from '../../src/proposal/trailers.ts'
import { size } from '../fakes/size.ts'
import { input, record, templates } from './fixtures.ts'
import { HOSTILE } from './hostile.ts'

function byGit(message: string): readonly string[] {
  const parsed = execFileSync('git', ['interpret-trailers', '--parse'], { input: message, encoding: 'utf8' })
  return parsed.split('\n').filter((line) => line !== '')
}

describe('trailers', () => {
  it('read back as the set that was meant, for any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (value) => {
        const parsed = parseTrailers(`subject\n\n${formatTrailers({ 'Kintsugi-Incident': value })}\n`)
        expect([...(parsed?.keys() ?? [])]).toEqual(['Kintsugi-Incident'])
      }),
      { numRuns: 1000 },
    )
  })

  it('read back exactly, by ourselves and by git, for any value', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }), (value) => {
        // A lone surrogate has no bytes in UTF-8, so it is another character before it is written.
        const meant = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value))
        const message = `subject\n\nbody: x\n\n${formatTrailers({ 'Kintsugi-Incident': meant })}\n`
        expect(decodeTrailer(parseTrailers(message)?.get('Kintsugi-Incident') ?? '')).toBe(meant)
        const lines = byGit(message)
        expect(lines.map((line) => decodeTrailer(line.slice('Kintsugi-Incident: '.length)))).toEqual([meant])
      }),
      { numRuns: size(50, 1000) },
    )
  })

  it('are the only ones that git finds, whatever names the record holds', () => {
    const hostile = HOSTILE.filter((_, index) => index % 9 === 0)
    for (const name of hostile) {
      const subject = { ...record.subject, name }
      const proposal = writeProposal(
        {
          ...input,
          record: { ...record, incident: `${name}/OOMKilled`, policy: { ...record.policy, name }, subject },
          plan: { ...input.plan, subject, rationale: `because ${name}`, title: `raise ${name}` },
          edits: [{ file: name, line: 1, column: 1, before: name, after: name }],
        },
        templates,
      )
      const keys = byGit(proposal.commitMessage).map((line) => line.slice(0, line.indexOf(':')))
      expect(keys).toEqual([
        'Kintsugi-Incident',
        'Kintsugi-Policy',
        'Kintsugi-Confidence',
        'Kintsugi-Proof',
        'Kintsugi-Block',
      ])
    }
  })

  it('are not believed when one of ours stands there twice', () => {
    expect(parseTrailers('subject\n\nKintsugi-Block: a\nKintsugi-Block: b\n')).toBeUndefined()
  })

  it('are not looked for in the subject', () => {
    expect(parseTrailers('Kintsugi-Block: a')?.size).toBe(0)
  })
})
