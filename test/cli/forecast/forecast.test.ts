import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numbers } from '../../fakes/windows.ts'
import { kintsugi } from '../console.ts'

const START = 1_700_000_000
const STEP = 1800
const PER_DAY = 48

let folder: string
const file = (name: string) => join(folder, name)

function write(name: string, rows: number, value: (row: number) => number): void {
  const lines = Array.from({ length: rows }, (_, row) => `${START + row * STEP},${value(row).toFixed(4)}`)
  writeFileSync(file(name), `timestamp,value\n${lines.join('\n')}\n`)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecast-'))
  const noise = numbers(5)
  const day = (row: number) => Math.sin((2 * Math.PI * row) / PER_DAY)
  write('days.csv', 14 * PER_DAY, (row) => 100 + 40 * day(row) + 2 * (noise() - 0.5))
  write('filling.csv', 5 * PER_DAY, (row) => 40 + (5 * row) / PER_DAY + 0.2 * (noise() - 0.5))
  write('short.csv', 6, (row) => row)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const events = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('kintsugi forecast --csv', { timeout: 60_000 }, () => {
  it('tells what a season will bring, with an interval around it', async () => {
    const ran = await kintsugi(['forecast', '--csv', file('days.csv'), '--ahead', '12h', '--ahead', '6h', '--json'])
    const all = events(ran.out)
    expect([ran.code, all.map(({ ahead }) => ahead)]).toEqual([0, ['6h', '12h']])
    for (const { at, mean, low, high } of all) {
      const row = (Date.parse(at) / 1000 - START) / STEP
      const real = 100 + 40 * Math.sin((2 * Math.PI * row) / PER_DAY)
      expect(Math.abs(mean - real)).toBeLessThan(8)
      expect(low).toBeLessThanOrEqual(real)
      expect(high).toBeGreaterThanOrEqual(real)
    }
  })

  it('tells when a limit is met', async () => {
    const ran = await kintsugi(['forecast', '--csv', file('filling.csv'), '--limit', '80', '--json'])
    const { at, earliest, latest, perDay } = events(ran.out).at(-1)
    const full = START * 1000 + 8 * 86_400_000
    expect(Math.abs(Date.parse(at) - full)).toBeLessThan(6 * 3_600_000)
    expect(Date.parse(earliest)).toBeLessThanOrEqual(full)
    expect(latest === null || Date.parse(latest) >= full).toBe(true)
    expect(perDay).toBeCloseTo(5, 0)
  })

  it('says so where a limit is not in sight', async () => {
    const ran = await kintsugi(['forecast', '--csv', file('days.csv'), '--limit', '500'])
    expect(ran.out).toContain('500 is not in sight: nothing shows that it rises towards it')
    const met = await kintsugi(['forecast', '--csv', file('filling.csv'), '--limit', '10'])
    expect(met.out).toContain('10 is not in sight: it is there already')
  })

  it('says so where nothing can be said', async () => {
    const ran = await kintsugi(['forecast', '--csv', file('short.csv'), '--limit', '10'])
    expect(ran.out).toBe(
      'no forecast: the samples reach back too short a time\n10 is not in sight: the samples reach back too short a time\n',
    )
  })

  it.each([
    [['--ahead', '40d'], '--ahead is a duration of at most 28d, such as 6h, not "40d".'],
    [['--ahead', '0s'], '--ahead is a duration of at most 28d, such as 6h, not "0s".'],
    [['--limit', 'much'], '--limit is a number, not "much".'],
    [['--coverage', '1'], '--coverage is a share between 0 and 1, not "1".'],
    [['--time-zone', 'Mars/Olympus'], '--time-zone is an IANA zone such as Europe/Zurich, not "Mars/Olympus".'],
  ])('refuses %j', async (more, says) => {
    const ran = await kintsugi(['forecast', '--csv', file('days.csv'), ...more])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(says)
  })
})
