import { describe, expect, it } from 'vitest'
import {
  answers,
  askKey,
  asksFor,
  type Detector,
  judged,
  judgeLive,
  NO_ENGINES,
  type Window,
} from '../../src/detection/index.ts'
import { isRecurring, lessonAt, levelled, recurringFrom, recurringIn } from '../../src/detection/recurring.ts'
import type { SignalId } from '../../src/domain/index.ts'
import { FIVE_MINUTES, numbers, PER_DAY, windowWith, withChanged } from '../fakes/windows.ts'

const HOUR = 12
const DAYS = 24
const MONDAY = Date.UTC(2026, 0, 5)
const WEEK = 7 * PER_DAY
/** The day that is judged is the fourth Monday. */
const TODAY = 3 * WEEK

/** CPU with a day's swing, a job each night at 2 for half an hour, and a peak on Mondays from 8 to 10; memory with nothing of the kind. */
function usual(): Window<SignalId> {
  const next = numbers(5)
  const swing = (row: number) => 1 + 0.5 * Math.sin((2 * Math.PI * (row - 8 * HOUR)) / PER_DAY)
  const nightly = (row: number) => (row % PER_DAY >= 2 * HOUR && row % PER_DAY < 2.5 * HOUR ? 0.6 : 0)
  const weekly = (row: number) => (row % WEEK >= 8 * HOUR && row % WEEK < 10 * HOUR ? 0.8 : 0)
  const rows = (value: (row: number) => number) => Float64Array.from({ length: DAYS * PER_DAY }, (_, row) => value(row))
  return windowWith(
    {
      'cpu-usage': rows((row) => swing(row) + nightly(row) + weekly(row) + 0.04 * next()),
      'memory-working-set': rows((row) => 1000 + 40 * swing(row) + 4 * next()),
    },
    { startMs: MONDAY },
  )
}

const window = usual()
const night = (row: number) => TODAY + 2 * HOUR + row
const silent = (one: Window, from: number, to: number) => {
  const recurring = recurringIn(one)
  return Array.from({ length: to - from }, (_, at) => recurring?.(from + at)).filter(Boolean).length
}
const cpuAt = (from: number, to: number, change: (value: number) => number) =>
  withChanged(window, 'cpu-usage', from, to, change)

describe('what comes each night', () => {
  it('is known', () => {
    expect(silent(window, night(0), night(6))).toBe(6)
  })

  it('is known when it comes ten minutes late, and when it is a fifth larger', () => {
    const late = cpuAt(night(0), night(2), (value) => value - 0.6)
    expect(silent(late, night(0), night(6))).toBe(6)
    expect(
      silent(
        cpuAt(night(0), night(6), (value) => value + 0.12),
        night(0),
        night(6),
      ),
    ).toBe(6)
  })

  it('is unknown when it is twice as large, lasts on, comes in the evening, or comes with another metric', () => {
    expect(
      silent(
        cpuAt(night(0), night(6), (value) => value + 0.6),
        night(0),
        night(6),
      ),
    ).toBe(0)
    expect(
      silent(
        cpuAt(night(6), night(18), (value) => value + 0.6),
        night(9),
        night(18),
      ),
    ).toBe(0)
    const evening = TODAY + 20 * HOUR
    expect(
      silent(
        cpuAt(evening, evening + 6, (value) => value + 0.6),
        evening,
        evening + 6,
      ),
    ).toBe(0)
    const leak = withChanged(window, 'memory-working-set', night(0), night(6), (value) => value + 60)
    expect(silent(leak, night(0), night(6))).toBe(0)
  })

  it('is unknown when it goes the other way', () => {
    const below = cpuAt(night(0), night(6), (value) => value - 1.2)
    expect(silent(below, night(0), night(6))).toBe(0)
  })

  it('is learned from three nights of seven, and not from two', () => {
    const only = (nights: readonly number[]) => {
      let one = window
      for (let back = 1; back <= 7; back += 1)
        if (!nights.includes(back)) {
          const from = night(0) - back * PER_DAY
          one = withChanged(one, 'cpu-usage', from, from + 6, (value) => value - 0.6)
        }
      return silent(one, night(1), night(5))
    }
    expect(only([1, 3, 6])).toBe(4)
    expect(only([1, 3])).toBe(0)
  })
})

describe('what comes each Monday', () => {
  const [from, to] = [TODAY + 8 * HOUR, TODAY + 10 * HOUR]

  it('is known after three, and when one of them was a holiday', () => {
    expect(silent(window, from, to)).toBe(to - from)
    const holiday = cpuAt(from - WEEK, to - WEEK, (value) => value - 0.8)
    expect(silent(holiday, from, to)).toBe(to - from)
    const two = withChanged(holiday, 'cpu-usage', from - 2 * WEEK, to - 2 * WEEK, (value) => value - 0.8)
    expect(silent(two, from + 3, to)).toBe(0)
  })

  it('is unknown on the Tuesday after, at night, and when it is twice as large', () => {
    const tuesday = cpuAt(from + PER_DAY, to + PER_DAY, (value) => value + 0.8)
    expect(silent(tuesday, from + PER_DAY, to + PER_DAY)).toBe(0)
    const late = [TODAY + 22 * HOUR, TODAY + DAYS * HOUR] as const
    const atNight = cpuAt(...late, (value) => value + 0.8)
    expect(silent(atNight, ...late)).toBe(0)
    const twice = cpuAt(from, to, (value) => value + 0.8)
    // After more than half of three hours it is the level of late.
    expect(silent(twice, from, from + 1.5 * HOUR)).toBe(0)
  })

  it('is unknown when it stays away', () => {
    const away = cpuAt(from, to, (value) => value - 0.8)
    expect(silent(away, from + 4, from + 1.25 * HOUR)).toBe(0)
  })

  it('is still known where the level has shifted between', () => {
    const shifted = cpuAt(TODAY - 3 * PER_DAY, window.length, (value) => value + 0.5)
    expect(silent(shifted, from, to)).toBe(to - from)
  })
})

describe('a lesson', () => {
  const fromMs = lessonAt(MONDAY + night(0) * FIVE_MINUTES)

  it('is the same whatever comes after it, and wherever the window begins that holds three weeks and a day', () => {
    const whole = recurringFrom(levelled(window), fromMs)
    const until = TODAY
    const cut = {
      ...window,
      length: until,
      columns: window.columns.map((one) => ({ ...one, values: one.values.slice(0, until) })),
    }
    expect(recurringFrom(levelled(cut), fromMs)).toEqual(whole)
    expect(structuredClone(whole)).toEqual(whole)
  })

  it('serves a window of the last hours', () => {
    const lesson = recurringFrom(levelled(window), fromMs)
    const first = TODAY - 4 * HOUR
    const columns = window.columns.map((one) => ({ ...one, values: one.values.slice(first) }))
    const late = levelled(
      { ...window, startMs: MONDAY + first * FIVE_MINUTES, length: window.length - first, columns },
      3 * HOUR,
    )
    expect([0, 1, 2, 3, 4, 5].every((at) => isRecurring(lesson, late, night(at) - first))).toBe(true)
  })

  it('holds nothing of a day that was seen once, of an hourly series, or of no samples at all', () => {
    const day = { ...window, length: PER_DAY }
    expect(recurringFrom(levelled(day), MONDAY + PER_DAY * FIVE_MINUTES).expected).toEqual([])
    expect(
      recurringFrom(levelled({ ...window, stepMs: 3_600_000 }), lessonAt(MONDAY + 400 * 3_600_000)).expected,
    ).toEqual([])
    const empty = withChanged(window, 'cpu-usage', 0, window.length, () => Number.NaN)
    expect(
      silent(
        withChanged(empty, 'memory-working-set', 0, window.length, () => Number.NaN),
        night(0),
        night(6),
      ),
    ).toBe(0)
  })

  it('is not drawn from one metric alone', () => {
    const cpu = { ...window, columns: window.columns.slice(0, 1) }
    expect(recurringIn(cpu)).toBeUndefined()
    expect(recurringFrom(levelled(cpu), fromMs).expected).toEqual([])
  })
})

/** A model that finds strange whatever CPU does in a night or in a peak. */
const loud: Detector<number> = {
  id: 'arima',
  serves: () => PER_DAY,
  fit: () => ({ fitted: true, model: 0 }),
  heldOut: ({ window: one, upTo }) => cpuOf(one, 0, upTo),
  score: (_, one, from, to) => cpuOf(one, from, to),
}
const cpuOf = (one: Window, from: number, to: number) =>
  (one.columns[0]?.values.slice(from, to) ?? new Float64Array(0)).map((value, at) =>
    [2, 8, 9].includes(Math.floor(((from + at) % PER_DAY) / HOUR)) || value > 2 ? value : 0,
  )

describe('an alarm at a known time', () => {
  const from = TODAY - HOUR
  const alarmsIn = (one: Window) => {
    const { alarms } = judged([loud], { window: one, from, seed: 1, engines: NO_ENGINES }, 'any')
    return [...alarms.keys()].filter((row) => alarms[row] === 1).map((row) => row + from - TODAY)
  }
  const twice = cpuAt(TODAY + 8 * HOUR, TODAY + 10 * HOUR, (value) => value + 0.8)

  it('stays silent, whatever the models say, and is told where it is twice as large', () => {
    expect(alarmsIn(window).filter((row) => row < PER_DAY)).toEqual([])
    expect(alarmsIn(twice)).toContain(8 * HOUR + 1)
  })

  it('is the same for a service that has read the last hours and was told what recurs', () => {
    const late = (one: Window) => {
      const first = TODAY - 4 * HOUR
      const columns = one.columns.map((column) => ({ ...column, values: column.values.slice(first, TODAY + PER_DAY) }))
      const read = { ...one, startMs: MONDAY + first * FIVE_MINUTES, length: PER_DAY + 4 * HOUR, columns }
      const history = { ...one, length: TODAY + PER_DAY }
      const asks = asksFor([loud], read, 4 * HOUR, 1)
      const known = new Map(
        answers([loud], { window: history, asks, seed: 1 }, NO_ENGINES).map((answer) => [askKey(answer), answer]),
      )
      const { alarms } = judgeLive([loud], read, 4 * HOUR, 1, (ask) => known.get(askKey(ask)), 'any')
      return [...alarms.keys()].filter((row) => alarms[row] === 1)
    }
    expect(late(window)).toEqual([])
    expect(late(twice)).toContain(8 * HOUR + 1)
  })
})
