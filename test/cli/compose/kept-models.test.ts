import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepingOf } from '../../../src/cli/compose/kept-models.ts'
import { parseConfig } from '../../../src/config.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-kept-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

function config(budget: string) {
  const parsed = parseConfig(`clusters: [{name: prod}]\ndetection: {budget: ${budget}}\n`, 'kintsugi.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

describe('fitted models', () => {
  it('are kept in the cache of the user, within the budget, and named by the program', async () => {
    const { shelf, program, mostBytes } = keepingOf(config('{memory: 64Mi, disk: 1Mi}'), { XDG_CACHE_HOME: dir })
    expect(mostBytes).toBe(64 * 1024 ** 2)
    expect(program).toMatch(/^[0-9a-f]{64}$/)
    expect(await shelf?.put('key', new Float64Array(1000))).toBe(true)
    expect(await shelf?.put('too large', new Float64Array(200_000))).toBe(false)
    expect(await readdir(join(dir, 'kintsugi', 'models'))).toHaveLength(1)
    expect(keepingOf(config('{}'), { HOME: dir }).program).toBe(program)
  })

  it('are kept nowhere where there is no cache for them', () => {
    expect(keepingOf(config('{}'), { HOME: 'relative' })).not.toHaveProperty('shelf')
  })

  it.each([
    ['{memory: 65Gi}', 'at most 64Gi'],
    ['{workers: 0}', '1'],
    ['{requestsPerMinute: 0}', '1'],
    ['{samplesPerRequest: 5}', '10000'],
    ['{memroy: 1Gi}', '"didYouMean":"memory"'],
  ])('have a budget that is read strictly: %s', (budget, says) => {
    expect(() => config(budget)).toThrow(says)
  })
})
