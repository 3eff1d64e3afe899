import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { features, generated } from '../../../bench/kustomize/generator.ts'
import { memoryTree } from '../../../src/source/tree.ts'
import { size } from '../../fakes/size.ts'
import { compare, hasKubectl } from './against-kubectl.ts'

/** `bench:kustomize`, which CI runs, takes more of them. */
const SAMPLE = 20

describe('generated kustomizations', async () => {
  const present = await hasKubectl()
  if (!present) console.log('generated kustomizations are not compared: there is no kubectl')

  it('are the same for the same seed', () => {
    expect([...generated(30, 7)]).toEqual([...generated(30, 7)])
    expect([...generated(30, 7)]).not.toEqual([...generated(30, 8)])
  })

  it('have every feature alone first', () => {
    const trees = generated(100_000, 1)
    const names = features.map(() => trees.next().value?.name)
    expect(names).toEqual(features.map(({ name }) => name))
  })

  it.runIf(present)(
    'build as kubectl builds them',
    async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'kintsugi-generated-'))
      const said: string[] = []
      let equal = 0
      for (const { name, files, dir } of generated(size(SAMPLE, 1000), 3)) {
        const base = join(scratch, name)
        for (const [path, content] of Object.entries(files)) {
          mkdirSync(dirname(join(base, path)), { recursive: true })
          writeFileSync(join(base, path), content)
        }
        const outcome = await compare(memoryTree(files), base, dir)
        if (outcome.result === 'equal') equal += 1
        if (outcome.result === 'different') said.push(`${name}: ${outcome.why}`)
        rmSync(base, { recursive: true })
      }
      rmSync(scratch, { recursive: true })
      expect(said).toEqual([])
      expect(equal).toBeGreaterThan(0)
    },
    600_000,
  )
})
