import { beforeAll, describe, expect, it } from 'vitest'
import { detectors, type Engines, judged, votesIn, type Window } from '../../src/detection/index.ts'
import type { ModelId } from '../../src/domain/index.ts'
import { realEngines } from '../fakes/engines.ts'
import { size } from '../fakes/size.ts'
import { FIVE_MINUTES, normals, numbers, PER_DAY, windowWith } from '../fakes/windows.ts'

/** One seed in the small size, and the LSTM, whose fits take as long as all the others', only where it is the one: CI has more. */
const SMALL = size(1, 20) === 1
const FIRST = Number(process.env['KINTSUGI_FROM'] ?? 1)
const SEEDS = Array.from({ length: size(1, 20) }, (_, at) => FIRST + at)
/** So many rows after an event its models are still listened to: who is late has found it as well. */
const AFTER = 3
/** What is random is so much smaller in the rows of an event, whether it comes or not: one row in 288 is voted for by chance. */
const CALM = 0.3

let engines: Engines
beforeAll(async () => {
  engines = await realEngines()
})

/** A series with an event in the rows [first, end), and the same without it. Rows from `from` on are judged. */
type Case = {
  readonly from: number
  readonly first: number
  readonly end: number
  readonly window: (spoilt: boolean) => Window
}

const HOUR = 12
const DAYS = 14

/** How much of what is random a row has. */
function restOf({ first, end }: Pick<Case, 'first' | 'end'>, row: number): number {
  return row >= first && row < end + AFTER ? CALM : 1
}

function windowOf(rows: number, of: (row: number) => number, stepMs = FIVE_MINUTES): Window {
  return windowWith({ 'cpu-usage': Float64Array.from({ length: rows }, (_, row) => of(row)) }, { stepMs })
}

/** The first numbers of neighbouring seeds are alike. */
function dice(seed: number): () => number {
  const next = numbers(seed)
  for (let at = 0; at < 5; at += 1) next()
  return next
}

const QUARTER = 3
/**
 * A timetable of the day: each quarter of an hour is busy or idle, by the toss of a coin. Too jagged for a smooth curve, and no order in it but by the
 * clock. Then one sample is as the quarter before it was: a change that comes on time each day comes a sample late, to stay for two quarters.
 */
function outOfPlace(seed: number): Case {
  const from = DAYS * PER_DAY
  const next = dice(seed)
  const busy = Array.from({ length: PER_DAY / QUARTER }, () => next() < 0.5)
  const isBusy = (row: number) => busy[Math.floor((row % PER_DAY) / QUARTER)] === true
  let first = from + 2 * HOUR
  while (isBusy(first) === isBusy(first - 1) || isBusy(first) !== isBusy(first + QUARTER)) first += QUARTER
  const event = { first, end: first + 1 }
  const window = (spoilt: boolean) => {
    const normal = normals(seed)
    return windowOf(event.end + AFTER, (row) => {
      const is = spoilt && row === first ? isBusy(first - 1) : isBusy(row)
      return (is ? 1 : 0) + 0.13 * restOf(event, row) * normal()
    })
  }
  return { from, ...event, window }
}

/**
 * Noise about a level that moves by a tenth of it a minute or so, for hours, to and fro. Then for ten minutes it moves by more than all of it each
 * minute, and is where it often was.
 */
function steep(seed: number): Case {
  const from = DAYS * PER_DAY
  const event = { first: from + HOUR, end: from + HOUR + 10 }
  const [slope, start] = [0.1, 8]
  const before = slowLevel(event.first, seed, { reach: 150, slope, start })
  const window = (spoilt: boolean) => {
    const normal = normals(seed)
    const since = (row: number) => Math.min(row, event.end) - event.first
    const level = (row: number) => before[row] ?? start - (spoilt ? 1.3 : slope / 2) * (since(row) + 1)
    return windowOf(event.end + AFTER, (row) => level(row) + restOf(event, row) * normal(), 60_000)
  }
  return { from, ...event, window }
}

type Slow = { readonly reach: number; readonly slope: number; readonly start: number }

/** A level that ends at `start`, and before that goes in straight lines to and fro. */
function slowLevel(rows: number, seed: number, { reach, slope, start }: Slow): Float64Array {
  const next = dice(seed + 50)
  const level = new Float64Array(rows)
  let [at, turn, pace] = [start, -reach, slope]
  for (let row = rows - 1; row >= 0; row -= 1) {
    level[row] = at
    if (Math.abs(turn - at) < pace) {
      turn = (2 * next() - 1) * reach
      pace = slope * (0.5 + next())
    }
    at += Math.sign(turn - at) * pace
  }
  return level
}

/** Busy at noon, and much less so at weekends. Then a Saturday that is as busy as any other day, judged by the hour of its noon. */
function busySaturday(seed: number): Case {
  const saturday = 26 * PER_DAY
  const event = { first: saturday + 11.5 * HOUR, end: saturday + 12.5 * HOUR }
  const window = (spoilt: boolean) => {
    const normal = normals(seed)
    let held = 0
    return windowOf(event.end, (row) => {
      held = 0.8 * held + 0.6 * restOf(event, row) * normal()
      const hour = (row % PER_DAY) / HOUR
      const weekend = Math.floor(row / PER_DAY) % 7 >= 5 && !(spoilt && row >= saturday)
      const noon = Math.exp(-(((hour - 12) / 3.5) ** 2))
      return 1 + (weekend ? 0.3 : 1) * noon + 0.05 * held
    })
  }
  return { from: event.first - HOUR, ...event, window }
}

/** Three phases of five rows each, 75 minutes together, so that no time of day has a phase of its own; then the same phases in another order. */
function otherOrder(seed: number): Case {
  const from = 5 * PER_DAY
  const event = { first: from + 15, end: from + 60 }
  const window = (spoilt: boolean) => {
    const normal = normals(seed)
    return windowOf(event.end + AFTER, (row) => {
      const phase = Math.floor(row / 5) % 3
      const other = spoilt && row >= event.first && row < event.end
      return (other ? ([0, 2, 1][phase] ?? 0) : phase) + 0.05 * restOf(event, row) * normal()
    })
  }
  return { from, ...event, window }
}

/** In how many rows of the event and right after it each model votes, by the rule of the service. */
function votes(models: typeof detectors, { from, first, window }: Case, spoilt: boolean): ReadonlyMap<ModelId, number> {
  const result = judged(models, { window: window(spoilt), from, seed: 7, engines })
  const counts = new Map<ModelId, number>(models.map(({ id }) => [id, 0]))
  for (let row = first - from; row < result.alarms.length; row += 1)
    for (const vote of votesIn(result, row)) {
      if (!('anomaly' in vote)) throw new Error(`${vote.model} abstains`)
      if (vote.anomaly) counts.set(vote.model, (counts.get(vote.model) ?? 0) + 1)
    }
  return counts
}

const KINDS: readonly (readonly [string, ModelId, (seed: number) => Case])[] = [
  ['a point: one sample that is odd only together with its time', 'isolation-forest', outOfPlace],
  ['a trend: a level that moves faster than it ever did, to where it often was', 'arima', steep],
  ['a seasonal break: the right values on the wrong day', 'prophet', busySaturday],
  ['a sequence: the right values in the wrong order', 'lstm', otherOrder],
]

describe.each(KINDS)('%s', (_, own, made) => {
  const models = detectors.filter(({ id }) => !(SMALL && id === 'lstm' && own !== id))

  it(`is found by ${own} alone`, { timeout: 900_000 }, () => {
    const found = SEEDS.map((seed) => votes(models, made(seed), true))
    const shown = models.map(({ id }) => `${id} ${found.map((one) => one.get(id)).join(' ')}`)
    console.log(`rows voted for, by seed: ${shown.join('; ')}`)
    const finders = found.map((counts) => [...counts].flatMap(([id, rows]) => (rows > 0 ? [id] : [])))
    expect(finders.map((ids, at) => [SEEDS[at], ...ids])).toEqual(SEEDS.map((seed) => [seed, own]))
  })

  it.skipIf(SMALL)('and is nothing to it where it does not come', { timeout: 900_000 }, () => {
    const alone = models.filter(({ id }) => id === own)
    for (const seed of SEEDS) expect([seed, votes(alone, made(seed), false).get(own)]).toEqual([seed, 0])
  })
})
