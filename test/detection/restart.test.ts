import { beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, plainOf } from '../../src/adapters/shelf/index.ts'
import {
  type Answer,
  answers,
  askKey,
  type Detector,
  detectors,
  type Engines,
  type Judgement,
  judgeOn,
  standingOf,
  stillNeeded,
  type Window,
} from '../../src/detection/index.ts'
import type { SignalId } from '../../src/domain/index.ts'
import { realEngines } from '../fakes/engines.ts'
import { size } from '../fakes/size.ts'
import { FIVE_MINUTES, healthyWindow, PER_DAY, withChanged } from '../fakes/windows.ts'

const SEED = 5
const none = new Uint8Array(0)
const JUDGED = 36
/** What the service reads of the newest samples: the judged rows, and two days and an hour before them. */
const READ = JUDGED + 49 * 12
const FITTED_ON = 3 * PER_DAY
const FIRST = 6 * PER_DAY + 145
/** So many that a new fit begins among them. */
const TICKS = size(6, 80)

/** The rows [from, to) as if the source had no others. */
function rows(window: Window<SignalId>, from: number, to: number): Window<SignalId> {
  const first = Math.max(0, from)
  return {
    ...window,
    startMs: window.startMs + first * window.stepMs,
    length: to - first,
    columns: window.columns.map((column) => ({ ...column, values: column.values.slice(first, to) })),
  }
}

/** A controller that has these models, and in `book` their fits. */
function controller(detectors: readonly Detector[], engines: Engines, book = new Map<string, Answer>()) {
  let judgement: Judgement | undefined
  let scored = 0
  const counting = detectors.map((detector) => ({
    ...detector,
    score: (...given: Parameters<typeof detector.score>) => {
      scored += given[3] - given[2]
      return detector.score(...given)
    },
  }))
  return {
    tick(history: Window<SignalId>, end: number) {
      const window = rows(history, end - READ, end)
      const from = window.length - JUDGED
      const standing = standingOf(judgement, window, window.startMs)
      const input = { detectors: counting, window, from, seed: SEED, standing }
      const asks = stillNeeded(input).filter((ask) => !book.has(askKey(ask)))
      // Read at this moment: what lies further back than it must is never the same twice.
      const read = rows(history, end - FITTED_ON - 2 * PER_DAY, end)
      const job = {
        window: read,
        asks,
        seed: SEED,
        fittedOnMs: FITTED_ON * FIVE_MINUTES,
        denseMs: (FITTED_ON / 3) * FIVE_MINUTES,
      }
      for (const answer of answers(detectors, job, engines)) book.set(askKey(answer), answer)
      scored = 0
      const result = judgeOn(input, (ask) => book.get(askKey(ask)))
      judgement = result.judgement
      return result.judged
    },
    restart: () => {
      judgement = undefined
    },
    scored: () => scored,
    asks: () => [...book.keys()],
  }
}

/** The LSTM takes most of the time; in the small size it is not fitted once more. */
function costly(fits: ReadonlyMap<string, Answer>): Map<string, Answer> {
  return new Map([...fits].filter(([, { model }]) => TICKS < 80 && model === 'lstm'))
}

describe('a controller that judges what is new, beside one that was started at every tick', () => {
  const whole = healthyWindow(4, 9)
  const healthy = { ...whole, columns: whole.columns.filter(({ signal }) => signal === 'cpu-usage') }
  const wider = { ...whole, columns: whole.columns.filter(({ signal }) => /cpu|latency/.test(signal)) }
  const sick = withChanged(healthy, 'cpu-usage', FIRST + 3, FIRST + 8, (value) => value * 3)
  let engines: Engines
  beforeAll(async () => {
    engines = await realEngines()
  }, 60_000)

  it('finds the same at every tick, with all four models, over the ends of fits', { timeout: 600_000 }, () => {
    const fits = new Map<string, Answer>()
    const [lasting, fresh] = [controller(detectors, engines, fits), controller(detectors, engines, fits)]
    for (let tick = 0; tick < TICKS; tick += 1) {
      const end = FIRST + tick
      const found = lasting.tick(sick, end)
      fresh.restart()
      expect(found).toEqual(fresh.tick(sick, end))
      if (tick > 0) expect(lasting.scored()).toBeLessThan(2 * detectors.length)
    }
    expect(new Set(lasting.asks().map((key) => key.split('/')[0])).size).toBe(detectors.length)
    expect(lasting.asks().filter((key) => key.includes('/fit/')).length).toBeGreaterThan(detectors.length)
    // What a kept model is: the same as one that is fitted again, on what is read later.
    const last = FIRST + TICKS - 1
    const again = controller(detectors, engines, costly(fits))
    expect(again.tick(sick, last)).toEqual(lasting.tick(sick, last))
    for (const answer of fits.values()) expect(plainOf(bytesOf(answer) ?? none)?.word).toStrictEqual(answer)
  })

  describe('with one model', () => {
    const forest = detectors.filter(({ id }) => id === 'isolation-forest')
    const book = new Map<string, Answer>()
    /** Two ticks, with a change of the samples between them; how many rows the second one scored. */
    const rescored = (before: Window<SignalId>, after: Window<SignalId>): number => {
      const [lasting, fresh] = [controller(forest, engines, book), controller(forest, engines, book)]
      lasting.tick(before, FIRST)
      expect(lasting.tick(after, FIRST + 1)).toEqual(fresh.tick(after, FIRST + 1))
      return lasting.scored()
    }
    const at = (row: number, value: number) => withChanged(healthy, 'cpu-usage', row, row + 1, () => value)

    it.each([
      ['one row where nothing has changed', 1, healthy, healthy],
      ['every row from one on that has changed', 11, healthy, at(FIRST - 10, 2)],
      ['every row where one of the day before has changed', JUDGED, healthy, at(FIRST - 200, 2)],
      ['every row from one on whose sample is gone', 6, healthy, at(FIRST - 5, Number.NaN)],
      ['every row from one on whose sample came late', 2, at(FIRST - 1, Number.NaN), healthy],
      ['every row where a metric is lost', JUDGED, wider, healthy],
    ])('scores %s', (_, count, before, after) => {
      expect(rescored(before, after)).toBe(count)
    })
  })
})
