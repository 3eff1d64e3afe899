import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { beforeTree, GOLDEN, goldenNames, readCase, readFiles, runCase } from './golden.ts'

describe('golden edits', () => {
  it('are there', () => {
    expect(goldenNames().length).toBeGreaterThan(60)
  })

  for (const name of goldenNames()) {
    const golden = readCase(name)
    it(`${name}: ${golden.says}`, async () => {
      const outcome = await runCase(golden, beforeTree(name))
      const { expect: expected } = golden
      if ('refused' in expected) {
        expect(outcome).toMatchObject({ outcome: 'refused', reason: expected.refused })
      } else if ('already' in expected) {
        expect(outcome).toMatchObject({ outcome: 'already-set' })
      } else {
        const files = outcome.outcome === 'edited' ? outcome.files : outcome
        const after = Object.entries(readFiles(join(GOLDEN, name, 'after'))).map(([path, content]) => ({
          path,
          content,
        }))
        expect(files).toEqual(after)
      }
    })
  }
})
