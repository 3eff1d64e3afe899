import { describe, expect, it } from 'vitest'
import { casesIn } from './case.ts'
import { play } from './play.ts'

const cases = casesIn(import.meta.dirname)

describe('the whole walk', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(15)
  })

  for (const one of cases) {
    it(`${one.name}: ${one.it.says}`, { timeout: 120_000 }, async () => {
      expect(await play(one.it)).toEqual(one.it.expect)
    })
  }
})
