import { describe, expect, it } from 'vitest'
import { beforeTree, expectOutcome, goldenNames, readCase, runCase } from './golden.ts'

describe('golden edits', () => {
  it('are there', () => {
    expect(goldenNames().length).toBeGreaterThan(60)
  })

  for (const name of goldenNames()) {
    const golden = readCase(name)
    if (golden.helm === 'real') continue
    it(`${name}: ${golden.says}`, async () => {
      expectOutcome(name, await runCase(golden, beforeTree(name)))
    })
  }
})
