import { describe, expect, it } from 'vitest'
import { type Benched, benchFixture } from '../../bench/source/bench-one.ts'
import { fixtureNames, readFixture } from '../../bench/source/expected.ts'
import { FIXTURES } from '../../bench/source/project.ts'
import { randomFrom } from '../../bench/source/random.ts'
import { failed, misses } from '../../bench/source/report.ts'
import { findTools } from '../../bench/source/tools.ts'

const tools = await findTools(3)
if (tools === undefined)
  console.log('skipped: a sample of bench:source, which real helm and kubectl judge (npm run tools)')

/** Targets of each fixture; `npm run bench:source` takes all. */
const SAMPLE = 1
const SLOW_MS = 120_000

describe.skipIf(tools === undefined)('a sample of bench:source', { timeout: SLOW_MS }, () => {
  const run = async (folder: string): Promise<readonly Benched[]> => {
    const random = randomFrom(7)
    const all: Benched[] = []
    for (const name of fixtureNames(`${FIXTURES}/${folder}`)) {
      if (tools === undefined) continue
      all.push(
        await benchFixture(readFixture(`${FIXTURES}/${folder}/${name}`), tools, { most: SAMPLE, times: false }, random),
      )
    }
    return all
  }

  it.each(['charts', 'trees'])(
    '%s: no accepted edit changes anything else, by real helm and kustomize',
    async (folder) => {
      const results = (await run(folder)).flatMap((one) => one.results)
      expect(results.length).toBeGreaterThan(5)
      expect(results.filter((one) => one.status === 'wrong')).toEqual([])
      console.log(folder, misses(results, 'present'), misses(results, 'absent'))
    },
  )

  it('fails where nothing was asked', () => {
    expect(failed([])).toBe(true)
  })
})
