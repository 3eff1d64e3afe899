import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numbers } from '../../fakes/windows.ts'
import { kintsugi } from '../console.ts'

let folder: string
const file = () => join(folder, 'rate.csv')
const ROWS = 1200
const SICK = { from: 900, to: 940 }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'detect-'))
  const noise = numbers(5)
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const sick = row >= SICK.from && row < SICK.to ? 60 : 0
    return `${1_700_000_000 + row * 300},${(100 + 10 * noise() + sick).toFixed(3)},0`
  })
  lines[1000] = `${1_700_000_000 + 1000 * 300},NaN,0`
  writeFileSync(file(), `timestamp,value,label\n${lines.join('\n')}\n`)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const points = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('kintsugi detect --csv', { timeout: 120_000 }, () => {
  it('prints a document for each sample after those that were fitted on', async () => {
    const ran = await kintsugi(['detect', '--csv', file(), '--fit-fraction', '0.5', '--json'])
    const all = points(ran.out)
    expect([ran.code, all.length]).toEqual([0, ROWS / 2])
    expect(all[0]).toMatchObject({ t: 1_700_000_000 + 600 * 300, anomaly: false })
    const flagged = (from: number, to: number) =>
      all.slice(from - 600, to - 600).filter((point) => point.anomaly).length
    expect(flagged(SICK.from, SICK.from + 10)).toBeGreaterThan(5)
    expect(flagged(600, SICK.from)).toBeLessThan(30)
    for (const point of all) {
      expect(point.score === null || Number.isFinite(point.score)).toBe(true)
      expect(point.confidence === null).toBe(!point.anomaly)
    }
  })

  it('abstains where there is no sample', async () => {
    const ran = await kintsugi(['detect', '--csv', file(), '--json'])
    const gap = points(ran.out).find((point) => point.t === 1_700_000_000 + 1000 * 300)
    expect(gap).toMatchObject({ v: null, score: null, confidence: null, anomaly: false })
    expect(Object.values(gap.votes)).toEqual(Object.values(gap.votes).map(() => null))
  })

  it('tells people the alarms, and what they cost where asked', async () => {
    const ran = await kintsugi(['detect', '--csv', file(), '--summary'])
    expect(ran.out).toMatch(/^2023-11-18T\S+ to 2023-11-18T\S+ {2}[a-z-]+, [a-z-, ]+ {2}confidence 0\.\d+$/m)
    expect(ran.out).toMatch(/isolation-forest: \d+ fits in \d+ ms/)
  })

  it.each([
    [['--csv', 'no-such.csv'], 'KIN-1002'],
    [['--csv', 'rate.csv', '--fit-fraction', '1'], 'KIN-1001'],
    [['--csv', 'rate.csv', '--voting', 'most'], 'KIN-1001'],
    [['--csv', 'rate.csv', '--time-zone', 'Europe/Zürich'], 'KIN-1001'],
    [['--csv', 'rate.csv', '--exclude', '2023-11-17T00:00Z'], 'KIN-1001'],
    [['--csv', 'rate.csv', '--exclude', '2023-11-17T00:00Z/2023-11-16T00:00Z'], 'KIN-1001'],
    [['--csv', 'rate.csv', '--exclude', '2023-11-17/2023-11-18'], 'KIN-1001'],
    [[], 'KIN-1001'],
  ])('refuses %j', async (words, code) => {
    const ran = await kintsugi(['detect', ...words], { cwd: folder })
    expect(ran.err).toContain(code)
    expect(ran.out).toBe('')
  })
})
