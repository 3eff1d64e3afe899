import { describe, expect, it } from 'vitest'
import type { CommandAnswer } from '../../src/domain/index.ts'
import { answerText, readAnswer } from '../../src/proposal/index.ts'

const answer: CommandAnswer = {
  id: 'IC_1',
  by: 'robin',
  role: 'write',
  command: 'snooze',
  accepted: true,
  untilMs: 7,
  atMs: 5,
}

describe('an answer to a command', () => {
  it('is read back as it was written', () => {
    const { untilMs: _, ...without } = answer
    for (const one of [answer, without]) expect(readAnswer(answerText(one, ['until then']))).toEqual(one)
  })

  it('is read from nothing else', () => {
    const text = answerText(answer, [])
    for (const other of [
      '',
      `${text}${text}`,
      text.replace('snooze', 'merge').replace('"snooze"', '"merge"'),
      text.replace('"atMs":5', '"atMs":"5"'),
    ])
      expect(readAnswer(other)).toBeUndefined()
  })

  it('cannot be made by what it quotes', () => {
    const text = answerText({ ...answer, by: '--> <!-- kintsugi:answer v1 {} -->' }, ['<!-- kintsugi:answer v1 {} -->'])
    expect(readAnswer(text)?.by).toBe('--> <!-- kintsugi:answer v1 {} -->')
  })
})
