import { describe, expect, it } from 'vitest'
import type { Detector } from '../../../src/detection/detectors/detector.ts'
import { isolationForest, isolationForestIn } from '../../../src/detection/detectors/isolation-forest.ts'
import { localTimes, offsetOf } from '../../../src/detection/detectors/local-time.ts'
import { lstm, lstmIn } from '../../../src/detection/detectors/lstm.ts'
import { answers, askKey, asksFor, learnedUnder, NO_ENGINES, trackOf } from '../../../src/detection/index.ts'
import { verdictOf } from '../../../src/detection/judged.ts'
import { FIVE_MINUTES, numbers, PER_DAY, windowWith } from '../../fakes/windows.ts'

const HOUR = 12
const ZONE = 'Europe/Zurich'
const BY_UTC: readonly Detector[] = [isolationForest, lstm]
const BY_ZONE: readonly Detector[] = [isolationForestIn(ZONE), lstmIn(ZONE)]

const DAYS = 9
const JUDGED = DAYS * PER_DAY

/** The clock of Zurich is put forward on 29 March 2026 and back on 25 October, each time in the night before the last one that is learned from. */
const CHANGES = [
  { about: 'put forward', startMs: Date.UTC(2026, 2, 21), changeMs: Date.UTC(2026, 2, 29, 1), before: 1, after: 2 },
  { about: 'put back', startMs: Date.UTC(2026, 9, 17), changeMs: Date.UTC(2026, 9, 25, 1), before: 2, after: 1 },
]
type Change = (typeof CHANGES)[number]

/** Metrics of which those named have a job each night from 2 to half past, by the clock on the wall; and one that has none. */
function nightly({ startMs, changeMs, before, after }: Change, names: readonly string[]) {
  const next = numbers(5)
  const hourOf = (row: number) => row + (startMs + row * FIVE_MINUTES < changeMs ? before : after) * HOUR
  const job = (row: number) => (row % PER_DAY >= 2 * HOUR && row % PER_DAY < 2.5 * HOUR ? 2 : 0)
  const rows = (of: (row: number) => number) =>
    Float64Array.from({ length: JUDGED + 4 * HOUR }, (_, row) => of(row) + 0.04 * next())
  const metrics = names.map((name) => [name, rows((row) => 1 + job(hourOf(row)))] as const)
  return windowWith({ ...Object.fromEntries(metrics), 'memory-working-set': rows(() => 10) }, { startMs })
}

/** Rows in alarm from the beginning of the job of the night after on, for an hour. */
function alarmsOf(detectors: readonly Detector[], window: ReturnType<typeof nightly>, { after }: Change): number {
  const from = JUDGED
  const tracks = detectors.map((detector) => trackOf(detector, { window, from, seed: 1, engines: NO_ENGINES }))
  const begins = (2 - after) * HOUR
  return verdictOf(tracks, from, window)
    .alarms.subarray(begins, begins + HOUR)
    .filter((alarm) => alarm === 1).length
}

describe.each(CHANGES)('a job of the night after the clock was $about', (change) => {
  const window = nightly(change, ['cpu-usage', 'request-rate'])

  it('is usual to the forest and the autoencoder by the clock of the zone', () => {
    expect(alarmsOf(BY_ZONE, window, change)).toBe(0)
  })

  it('is none by the clock of UTC', () => {
    expect(alarmsOf(BY_UTC, window, change)).toBeGreaterThanOrEqual(6)
  })
})

describe.each(CHANGES)('a job of the night of one metric alone after the clock was $about', (change) => {
  const window = nightly(change, ['cpu-usage'])
  const alone = { ...window, columns: window.columns.slice(0, 1) }

  it('is as usual to the forest as the nights before by the clock of the zone, and no night was like it by that of UTC', () => {
    const begins = JUDGED + (2 - change.after) * HOUR
    const [byUtc, byZone] = [isolationForest, isolationForestIn(ZONE)].map((forest) => {
      const input = { window: alone, upTo: JUDGED, seed: 1, engines: NO_ENGINES }
      const outcome = forest.fit(input)
      if (!outcome.fitted) throw new Error('nothing was fitted')
      const largest = (scores: Float64Array) => Math.max(...scores.filter(Number.isFinite))
      const usual = largest(forest.heldOut(input).subarray(3 * PER_DAY, JUDGED - 2 * PER_DAY))
      return largest(forest.score(outcome.model, alone, begins, begins + HOUR / 2)) / usual
    })
    expect(byUtc).toBeGreaterThan(1)
    expect(byZone).toBeLessThan(1)
  })
})

describe('a zone', () => {
  const [change] = CHANGES
  const window = nightly(change as Change, ['cpu-usage', 'request-rate'])
  const short = { ...window, columns: window.columns.slice(0, 1) }
  const input = { window, upTo: 4 * PER_DAY, seed: 1, engines: NO_ENGINES }

  it.each(['several metrics', 'one metric'])('of UTC is the same as none, with %s', (metrics) => {
    const asked = { ...input, window: metrics === 'one metric' ? short : window }
    for (const [plain, zoned] of [
      [isolationForest, isolationForestIn('UTC')],
      [lstm, lstmIn('UTC')],
    ] as const)
      expect(zoned.heldOut(asked)).toEqual(plain.heldOut(asked))
  })

  it('is known to what was fitted in it, and whatever scores with that goes by it', () => {
    for (const [index, plain] of BY_UTC.entries()) {
      const outcome = BY_ZONE[index]?.fit(input)
      if (outcome?.fitted !== true) throw new Error('nothing was fitted')
      const kept: unknown = structuredClone(outcome.model)
      expect(JSON.stringify(kept)).toContain(ZONE)
      const scores = BY_ZONE[index]?.score(outcome.model, window, JUDGED - HOUR, JUDGED)
      expect(plain.score(kept, window, JUDGED - HOUR, JUDGED)).toEqual(scores)
    }
  })

  it('makes another fit of the same rows, by another name, and of one metric too', () => {
    const asksIn = (timeZone: string) => {
      const told = learnedUnder(BY_UTC, { timeZone, excluded: [] })
      return asksFor(told, window, window.length - 1, 1).filter(({ kind }) => kind === 'fit')
    }
    expect(asksIn(ZONE).map(({ under }) => under)).toEqual([ZONE, ZONE])
    const names = new Set(asksIn('UTC').map(askKey))
    expect(asksIn(ZONE).filter((ask) => names.has(askKey(ask)))).toEqual([])
    const learnt = (timeZone: string) => {
      const asks = asksIn(timeZone).filter(({ model }) => model === 'isolation-forest')
      return answers(BY_UTC, { window: short, asks, seed: 1, learning: { timeZone, excluded: [] } }, NO_ENGINES)
    }
    expect(JSON.stringify(learnt(ZONE))).toContain(ZONE)
    expect(JSON.stringify(learnt('UTC'))).not.toContain(ZONE)
  })

  it('is asked for its clock each quarter of an hour, and that is what it shows at every row', () => {
    for (const zone of [ZONE, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Havana']) {
      const grid = { startMs: Date.UTC(2026, 2, 28, 20, 7), stepMs: 7 * 60_000 }
      const rows = 400
      const shown = Float64Array.from({ length: rows }, (_, row) => {
        const atMs = grid.startMs + row * grid.stepMs
        return atMs + offsetOf(zone)(atMs)
      })
      expect(localTimes(grid, [0, rows], zone)).toEqual(shown)
    }
  })
})
