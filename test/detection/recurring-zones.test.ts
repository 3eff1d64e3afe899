import { describe, expect, it } from 'vitest'
import { answers, askKey, asksFor, detectors, NO_ENGINES } from '../../src/detection/index.ts'
import { learnedUnder } from '../../src/detection/learning.ts'
import { recurringIn } from '../../src/detection/recurring.ts'
import { FIVE_MINUTES, numbers, PER_DAY, windowWith } from '../fakes/windows.ts'

const HOUR = 12
const WEEK = 7 * PER_DAY
const ZONE = 'Europe/Zurich'

/** The clock of Zurich is put forward on 29 March 2026 and back on 25 October, each time on the Sunday before the Monday that is judged. */
const CHANGES = [
  { about: 'put forward', startMs: Date.UTC(2026, 2, 9), changeMs: Date.UTC(2026, 2, 29, 1), before: 1, after: 2 },
  { about: 'put back', startMs: Date.UTC(2026, 9, 5), changeMs: Date.UTC(2026, 9, 25, 1), before: 2, after: 1 },
]
type Change = (typeof CHANGES)[number]

/** A job each night from 4 to half past, and a peak on Mondays from 8 to 10, by the clock on the wall. */
function usual({ startMs, changeMs, before, after }: Change) {
  const next = numbers(5)
  const wall = (row: number) => row + (startMs + row * FIVE_MINUTES < changeMs ? before : after) * HOUR
  const nightly = (row: number) => (row % PER_DAY >= 4 * HOUR && row % PER_DAY < 4.5 * HOUR ? 0.6 : 0)
  const weekly = (row: number) => (row % WEEK >= 8 * HOUR && row % WEEK < 10 * HOUR ? 0.8 : 0)
  const rows = (value: (row: number) => number) => Float64Array.from({ length: 22 * PER_DAY }, (_, row) => value(row))
  return windowWith(
    {
      'cpu-usage': rows((row) => 1 + nightly(wall(row)) + weekly(wall(row)) + 0.04 * next()),
      'memory-working-set': rows(() => 1000 + 4 * next()),
    },
    { startMs },
  )
}

describe.each(CHANGES)('after the clock was $about', (change) => {
  const window = usual(change)
  /** The row of a time of the Monday after it, by the clock on the wall. */
  const monday = (hour: number) => 3 * WEEK + (hour - change.after) * HOUR
  const known = (timeZone: string, from: number, to: number) => {
    const recurring = recurringIn(window, timeZone)
    return Array.from({ length: to - from }, (_, at) => recurring?.(from + at)).filter(Boolean).length
  }

  it('what comes each night and each Monday comes at its time by the clock of the zone', () => {
    expect(known(ZONE, monday(4), monday(4.5))).toBe(0.5 * HOUR)
    expect(known(ZONE, monday(8), monday(10))).toBe(2 * HOUR)
  })

  it('does not come at that time by the clock of UTC, and not an hour beside it by that of the zone', () => {
    expect(known('UTC', monday(8), monday(10))).toBeLessThan(2 * HOUR)
    const late = { ...change, after: change.after - 1 }
    const another = usual(late)
    const recurring = recurringIn(another, ZONE)
    const job = Array.from({ length: 0.5 * HOUR }, (_, at) => recurring?.(monday(5) + at)).filter(Boolean).length
    expect(job).toBeLessThan(0.5 * HOUR)
  })
})

describe('what is kept of events that come again', () => {
  const [change] = CHANGES
  const window = usual(change as Change)
  const endMs = window.startMs + window.length * FIVE_MINUTES
  const learning = (timeZone: string) => ({ timeZone, excluded: [] })
  const lessonsOf = (timeZone: string) => {
    const told = learnedUnder(
      detectors.filter(({ id }) => id === 'isolation-forest'),
      learning(timeZone),
    )
    return asksFor(told, window, window.length - 1, 1).filter(({ kind }) => kind === 'recurring')
  }

  it('is another thing in another zone, whatever models there are', () => {
    expect(lessonsOf('UTC').map(askKey)).not.toEqual(lessonsOf(ZONE).map(askKey))
    expect(lessonsOf('UTC')).toMatchObject([{ kind: 'recurring' }])
  })

  it('is learned by the clock that the job is told', () => {
    const [ask] = lessonsOf('UTC')
    if (ask === undefined) throw new Error('nothing is asked for')
    const at = { ...ask, upToMs: Date.UTC(2026, 2, 30, 0) }
    const learned = ['UTC', ZONE].map((zone) =>
      answers([], { window, asks: [at], seed: 1, learning: learning(zone) }, NO_ENGINES),
    )
    expect(endMs).toBeGreaterThan(at.upToMs)
    expect(learned[0]).not.toEqual(learned[1])
  })
})
