import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { atPoints, manifestOf, readSeries } from '../../bench/detection/dataset.ts'
import { byGroup, countOn, macro } from '../../bench/detection/figures.ts'
import { optionsOf } from '../../bench/detection/options.ts'
import { peers } from '../../bench/detection/peers/index.ts'
import { record, replay } from '../../bench/detection/recording.ts'
import { sourcesDigest } from '../../bench/detection/sources.ts'
import { type Detector, NO_ENGINES, trackOf } from '../../src/detection/index.ts'
import { numbers } from '../fakes/windows.ts'

const folder = mkdtempSync(join(tmpdir(), 'kintsugi-bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 600
const TRAIN = 300
const STEP_S = 300
const HEAD = 'split,family,series,points,step_s,train_points,anomaly_points,anomaly_rate,events,licence'

/** Writes a series of noise as the labelled data lie on disk. */
function write(name: string, change: (row: number, value: number) => number = (_, value) => value): void {
  const next = numbers(name.length)
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const labelled = row >= 400 && row < 410 ? 1 : 0
    return `${1_600_000_000 + row * STEP_S},${change(row, 10 + next())},${labelled}`
  })
  mkdirSync(join(folder, 'made-up'), { recursive: true })
  writeFileSync(join(folder, 'made-up', `${name}.csv`), `timestamp,value,label\n${lines.join('\n')}\n`)
}

const entry = (name: string) => ({ family: 'made-up', name, stepMs: STEP_S * 1000, train: TRAIN })
const read = (name: string, change?: (row: number, value: number) => number) => {
  write(name, change)
  return readSeries(folder, entry(name))
}

describe('the labelled data', () => {
  it('are asked for by name where they are absent', () => {
    expect(manifestOf(join(folder, 'nowhere'))).toMatch(/MANIFEST\.csv is absent.*--data/)
  })

  it('are those whose name fits', () => {
    writeFileSync(
      join(folder, 'MANIFEST.csv'),
      `${HEAD}\ndev,made-up,one,600,300,300,10,0.1,1,x\ndev,made-up,two,600,300,300,10,0.1,1,x\n`,
    )
    expect(manifestOf(folder)).toHaveLength(2)
    expect(manifestOf(folder, 'made-up/t*')).toEqual([entry('two')])
    expect(manifestOf(folder, 'none*')).toMatch(/no series/)
  })

  it('stand on a regular grid: gaps and bad values are NaN, the later of two lines of a moment counts', () => {
    write('gappy')
    const path = join(folder, 'made-up', 'gappy.csv')
    writeFileSync(path, 'timestamp,value,label\n1000,1,0\n1299,2,0\n1901,4,1\n1901,5,0\n2200,nan,0\n2500,7,1\n')
    const series = readSeries(folder, { ...entry('gappy'), train: 2 })
    expect(series.window.columns[0]?.values).toEqual(Float64Array.from([1, 2, Number.NaN, 5, Number.NaN, 7]))
    expect([...series.rows]).toEqual([0, 1, 3, 3, 4, 5])
    expect(series.from).toBe(2)
    expect([...series.labels]).toEqual([1, 0, 0, 1])
    expect([...atPoints(series, [9, 1, Number.NaN, 2], 0)]).toEqual([1, 1, 0, 2])
  })
})

describe.each(peers)('$name', (peer) => {
  it('does not look ahead', () => {
    const whole = peer.judge(read('peer'), 1)
    const changed = peer.judge(
      read('peer', (row, value) => (row >= 500 ? value * 50 : value)),
      1,
    )
    const before = 500 - TRAIN
    if (peer.name === 'random') return expect(whole.alarms).toHaveLength(ROWS - TRAIN)
    expect(changed.scores.slice(0, before)).toEqual(whole.scores.slice(0, before))
    expect(changed.alarms.slice(0, before)).toEqual(whole.alarms.slice(0, before))
  })

  it('gives a verdict for every judged row', () => {
    const { scores, alarms } = peer.judge(read('peer'), 1)
    expect([scores.length, alarms.length]).toEqual([ROWS - TRAIN, ROWS - TRAIN])
    expect(alarms.filter(Boolean).length).toBeLessThan(alarms.length / 3)
  })
})

/** Refuses its second fit, and scores by value. */
const detector: Detector<number> = {
  id: 'arima',
  serves: () => 70,
  fit: ({ upTo }) => (upTo === 370 ? { fitted: false, why: 'failed' } : { fitted: true, model: upTo }),
  heldOut: ({ window, upTo }) => window.columns[0]?.values.slice(0, upTo) ?? new Float64Array(0),
  score: (_, window, from, to) => window.columns[0]?.values.slice(from, to) ?? new Float64Array(0),
}

describe('a recording', () => {
  it('plays back the track that was recorded', () => {
    const series = read('played')
    const input = { window: series.window, from: series.from, seed: 1, engines: NO_ENGINES }
    const recording = structuredClone(record(detector, series, 1, NO_ENGINES))
    expect(replay(detector, recording, series)).toEqual(trackOf(detector, input))
    expect(recording.scored).toBe(ROWS - TRAIN - 70)
  })

  it('is of no use to a track that asks for more', () => {
    const series = read('played')
    const recording = record(detector, series, 1, NO_ENGINES)
    expect(replay(detector, { ...recording, scores: new Map() }, series)).toBeUndefined()
    expect(replay(detector, { ...recording, held: new Map() }, series)).toBeUndefined()
  })

  it('is told apart by the sources that made it', () => {
    const root = resolve(import.meta.dirname, '../..')
    expect(sourcesDigest(root, 'isolation-forest')).toMatch(/^[0-9a-f]{64}$/)
    expect(sourcesDigest(root, 'isolation-forest')).not.toBe(sourcesDigest(root, 'none'))
  })
})

describe('the figures', () => {
  it('count a series without an event as a carrier of false alarms', () => {
    const sick = read('sick')
    const healthy = { ...sick, labels: sick.labels.map(() => 0) }
    const alarms = Uint8Array.from({ length: ROWS - TRAIN }, (_, row) => (row === 103 ? 1 : 0))
    const scores = Float64Array.from(alarms)
    const counts = [countOn(sick, { scores, alarms }), countOn(healthy, { scores, alarms })]
    const figures = byGroup(counts).get('made-up')
    expect(figures?.event).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3 })
    expect(figures?.vus).toBe(counts[0]?.vus)
    expect(figures?.delay).toBe(3)
    expect(figures?.alertsPerDay).toBeCloseTo(2 / ((2 * 300 * STEP_S) / 86_400))
  })

  it('give each group the same weight', () => {
    const series = read('weight')
    const quiet = countOn(series, { scores: new Float64Array(300), alarms: new Uint8Array(300) })
    const loud = countOn(series, { scores: new Float64Array(300), alarms: new Uint8Array(300).fill(1) })
    const groups = byGroup([quiet, { ...loud, group: 'other' }, { ...loud, group: 'other' }])
    expect(macro([...groups.values()]).inAlarm).toBe(0.5)
  })
})

describe('the options', () => {
  it('have the alarm rate of the service, two workers and the shared data unless told otherwise', () => {
    expect(optionsOf([])).toMatchObject({ data: '../shared/data/anomaly-dev', workers: 2, rate: 0.003, series: '**' })
    expect(optionsOf(['--models', 'arima,lstm']).models).toEqual(['arima', 'lstm'])
  })

  it.each([
    ['--workers', '0'],
    ['--rate', '2'],
    ['--seed', 'x'],
  ])('refuse %s %s', (name, value) => {
    expect(() => optionsOf([name, value])).toThrow(/out of range/)
  })
})
