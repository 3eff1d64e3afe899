import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMANDS, type CommandAnswer, ROLES } from '../../src/domain/index.ts'
import { answerText, readAnswer } from '../../src/proposal/index.ts'
import { NOW } from './fixtures.ts'
import { live } from './gfm.ts'
import { PLAIN_HOSTILE } from './hostile.ts'

describe('the answer to a command', () => {
  const answers = fc.record(
    {
      id: fc.string({ unit: 'binary', maxLength: 40 }),
      by: fc.string({ unit: 'binary', maxLength: 40 }),
      role: fc.constantFrom(...ROLES),
      command: fc.constantFrom(...COMMANDS, 'unknown' as const),
      accepted: fc.boolean(),
      untilMs: fc.integer({ min: 0, max: 4e12 }),
      atMs: fc.integer({ min: 0, max: 4e12 }),
    },
    { requiredKeys: ['id', 'by', 'role', 'command', 'accepted', 'atMs'], noNullPrototype: true },
  )

  it('reads back as the state that it is', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (answer, lines) => {
        expect(readAnswer(answerText(answer, lines))).toEqual(answer)
      }),
      { numRuns: 500 },
    )
  })

  it('mentions nobody and commands nobody', () => {
    const answer: CommandAnswer = { id: '1', by: 'x', role: 'write', command: 'hold', accepted: true, atMs: NOW }
    const found = PLAIN_HOSTILE.flatMap((text) => live(answerText({ ...answer, by: text.slice(0, 200) }, [text, text])))
    expect(found).toEqual([])
  })
})
