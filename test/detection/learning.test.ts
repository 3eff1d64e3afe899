import { median } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  answers,
  askKey,
  asksFor,
  type Detector,
  detectors,
  judgeLive,
  learnedUnder,
  NO_ENGINES,
  trackOf,
  type Window,
} from '../../src/detection/index.ts'
import { type Learning, PLAIN_LEARNING, type SignalId } from '../../src/domain/index.ts'
import { healthyWindow, MONDAY, PER_DAY, withChanged } from '../fakes/windows.ts'

const DAY_MS = 86_400_000
const forest = detectors.filter(({ id }) => id === 'isolation-forest')
const window = healthyWindow(4, 8)
/** Two days of a fourfold load: whoever learns from them finds nothing in a third one. */
const sick = ['request-rate', 'cpu-usage'] as const
const incident = sick.reduce(
  (before, signal) => withChanged(before, signal, 5 * PER_DAY, 7 * PER_DAY, (value) => 4 * value),
  window,
)
const again = sick.reduce(
  (before, signal) => withChanged(before, signal, 8 * PER_DAY - 12, 8 * PER_DAY, (value) => 4 * value),
  incident,
)
const told: Learning = {
  timeZone: 'UTC',
  excluded: [{ fromMs: MONDAY + 5 * DAY_MS, toMs: MONDAY + 7 * DAY_MS }],
}

function judgedUnder(learning: Learning, answeredUnder: Learning = learning, window = again) {
  const from = window.length - 24
  const job = { window, asks: asksFor(learnedUnder(forest, answeredUnder), window, from, 5), seed: 5 }
  const known = new Map<string, Answer>(
    answers(forest, { ...job, learning: answeredUnder }, NO_ENGINES).map((answer) => [askKey(answer), answer]),
  )
  return judgeLive(learnedUnder(forest, learning), window, from, 5, (ask) => known.get(askKey(ask)))
}

describe('stretches that nothing is learned from', () => {
  it('let an incident be found that comes again', () => {
    // So many days that they are as usual to whoever learns from them; two would not be.
    const days = 15
    const fourfold = (before: Window<SignalId>, from: number, to: number) =>
      sick.reduce((all, signal) => withChanged(all, signal, from, to, (value) => 4 * value), before)
    const once = fourfold(healthyWindow(4, days), (days - 5) * PER_DAY, (days - 1) * PER_DAY)
    const twice = fourfold(once, days * PER_DAY - 12, days * PER_DAY)
    const excluded = [{ fromMs: MONDAY + (days - 5) * DAY_MS, toMs: MONDAY + (days - 1) * DAY_MS }]
    const ofAlarm = (learning: Learning) => median([...judgedUnder(learning, learning, twice).joint.slice(-12)])
    expect(ofAlarm({ timeZone: 'UTC', excluded })).toBeLessThan(ofAlarm(PLAIN_LEARNING) / 10)
  })

  it('are no events that came before', () => {
    const nightly = Array.from({ length: 9 }, (_, day) => day * PER_DAY + 24).reduce(
      (all, row) => withChanged(all, 'cpu-usage', row, row + 6, (value) => 5 * value),
      healthyWindow(4, 9),
    )
    const from = nightly.length - PER_DAY
    const lessons = (learning: Learning) => {
      const asks = asksFor(learnedUnder(forest, learning), nightly, from, 5).filter(({ kind }) => kind === 'recurring')
      return answers(forest, { window: nightly, asks, seed: 5, learning }, NO_ENGINES)
    }
    const expected = (learning: Learning) =>
      lessons(learning).flatMap((one) => (one.kind === 'recurring' ? one.lesson.expected : [])).length
    expect(expected(PLAIN_LEARNING)).toBeGreaterThan(0)
    expect(expected({ timeZone: 'UTC', excluded: [{ fromMs: MONDAY, toMs: MONDAY + 8 * DAY_MS }] })).toBe(0)
    expect(lessons(told)[0]?.under).toBeDefined()
  })

  it('count as missing in a fit, in any model', () => {
    const seen: number[] = []
    const counting: Detector = {
      id: 'arima',
      serves: () => 12,
      fit: ({ window: fitted, upTo }) => {
        seen.push(...fitted.columns.map(({ values }) => values.subarray(0, upTo).filter(Number.isFinite).length))
        return { fitted: true, model: {} }
      },
      heldOut: ({ window: fitted }) => fitted.columns[0]?.values ?? new Float64Array(0),
      score: (_, scored, from, to) => scored.columns[0]?.values.slice(from, to) ?? new Float64Array(0),
    }
    const [one] = learnedUnder([counting], told)
    const input = { window: incident, upTo: 7 * PER_DAY, seed: 1, engines: NO_ENGINES }
    one?.fit(input)
    expect(seen).toEqual([5, 5, 5, 5].map((days) => days * PER_DAY))
    expect(one?.heldOut(input).filter(Number.isNaN)).toHaveLength(2 * PER_DAY)
    // They are judged as they were.
    expect(one?.score({}, incident, 6 * PER_DAY, 6 * PER_DAY + 1)).toEqual(
      incident.columns[0]?.values.slice(6 * PER_DAY, 6 * PER_DAY + 1),
    )
  })

  it('leave the window that they are given as it was', () => {
    const before = structuredClone(incident)
    learnedUnder(forest, told)[0]?.fit({ window: incident, upTo: 7 * PER_DAY, seed: 1, engines: NO_ENGINES })
    expect(incident).toEqual(before)
  })

  it('are no reference for later rows', () => {
    const input = { window: again, from: 5 * PER_DAY, seed: 5, engines: NO_ENGINES }
    const [plain] = forest
    const [one] = learnedUnder(forest, told)
    if (plain === undefined || one === undefined) throw new RangeError('there is no forest')
    const last = (tails: Float64Array) => Math.min(...tails.slice(-12))
    const kept = trackOf(one, input)
    const left = trackOf(one, { ...input, excluded: told.excluded })
    expect(left.scores).toEqual(kept.scores)
    expect(last(left.tails)).toBeLessThan(last(kept.tails))
  })
})

describe('answers that were made under another setting', () => {
  it('are not used: the model abstains until its own are there', () => {
    expect([...judgedUnder(told, PLAIN_LEARNING).joint].every(Number.isNaN)).toBe(true)
    expect([...judgedUnder(PLAIN_LEARNING, told).joint].every(Number.isNaN)).toBe(true)
  })

  it.each([
    ['after the fit', { fromMs: MONDAY + 90 * DAY_MS, toMs: MONDAY + 91 * DAY_MS }],
    ['longer ago than any fit looks back', { fromMs: MONDAY - 60 * DAY_MS, toMs: MONDAY - 59 * DAY_MS }],
  ])('are the same where a stretch is %s', (_, stretch) => {
    const keys = (learning: Learning) =>
      asksFor(learnedUnder(detectors, learning), window, window.length - 24, 5).map(askKey)
    expect(keys({ timeZone: 'UTC', excluded: [stretch] })).toEqual(keys(PLAIN_LEARNING))
  })

  it('are the same while a stretch lasts, whenever it will end', () => {
    const keys = (days: number) => {
      const excluded = [{ fromMs: MONDAY + 5 * DAY_MS, toMs: MONDAY + days * DAY_MS }]
      return asksFor(learnedUnder(detectors, { timeZone: 'UTC', excluded }), window, window.length - 24, 5).map(askKey)
    }
    expect(keys(9)).toEqual(keys(30))
    expect(keys(9)).not.toEqual(keys(6))
  })

  it('are another for each time zone, of the models that know days and weeks and of what comes again at its time', () => {
    const keys = (timeZone: string) =>
      asksFor(learnedUnder(detectors, { timeZone, excluded: [] }), window, window.length - 24, 5).map(askKey)
    const [utc, zurich] = [keys('UTC'), keys('Europe/Zurich')]
    const own = zurich.filter((key) => /^(isolation-forest|prophet|lstm|recurring)\//.test(key))
    expect(zurich.filter((key) => !utc.includes(key))).toEqual(own)
    expect(zurich.some((key) => key.startsWith('prophet/') && key.endsWith('/Europe/Zurich'))).toBe(true)
  })
})

describe('a time zone', () => {
  it('reaches the fits of another thread with the job', () => {
    const seconds: (readonly number[])[] = []
    const engines = {
      ...NO_ENGINES,
      prophet: (input: { readonly seconds: readonly number[] }) => {
        seconds.push(input.seconds)
        return undefined
      },
    }
    const asks = (learning: Learning) =>
      asksFor(learnedUnder(detectors, learning), window, window.length - 1, 5).filter(
        ({ model, kind }) => model === 'prophet' && kind === 'fit',
      )
    const moments = (timeZone: string) => {
      seconds.length = 0
      const learning = { timeZone, excluded: [] }
      answers(detectors, structuredClone({ window, asks: asks(learning), seed: 5, learning }), engines)
      return seconds[0] ?? []
    }
    const [utc, kolkata] = [moments('UTC'), moments('Asia/Kolkata')]
    expect(utc.length).toBeGreaterThan(0)
    expect(kolkata).toEqual(utc.map((at) => at + 5.5 * 3600))
  })
})
