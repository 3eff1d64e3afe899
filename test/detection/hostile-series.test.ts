import { beforeAll, describe, expect, it } from 'vitest'
import {
  confidenceIn,
  type Detector,
  detectors,
  type Engines,
  type Judged,
  judged,
  votesIn,
  type Window,
} from '../../src/detection/index.ts'
import { realEngines } from '../fakes/engines.ts'
import { size } from '../fakes/size.ts'
import { numbers } from '../fakes/windows.ts'
import { type HostileWindow, hostileWindow } from './hostile-windows.ts'

/** The full size takes ten minutes of processor time: KINTSUGI_FROM=5000 KINTSUGI_N=5000 is its second half, for another process. */
const COUNT = size(60, 10_000)
const FIRST = Number(process.env['KINTSUGI_FROM'] ?? 0)
/** So many failures are told. */
const TOLD = 20

let engines: Engines
beforeAll(async () => {
  engines = await realEngines()
})

/** The models, with what they learned up to `from` kept: it is the same whatever comes later. */
function learning(from: number): readonly Detector[] {
  return detectors.map((detector) => {
    const fits = new Map<number, ReturnType<Detector['fit']>>()
    const held = new Map<number, Float64Array>()
    return {
      ...detector,
      fit: (input) => (input.upTo === from ? once(fits, from, () => detector.fit(input)) : detector.fit(input)),
      heldOut: (input) =>
        input.upTo === from ? once(held, from, () => detector.heldOut(input)) : detector.heldOut(input),
    }
  })
}

function once<T>(kept: Map<number, T>, key: number, make: () => T): T {
  const value = kept.get(key) ?? make()
  kept.set(key, value)
  return value
}

/** The same window where one of seven samples from `from` on is missing. */
function withHoles(window: Window, from: number, seed: number): Window {
  const next = numbers(seed + 77)
  const columns = window.columns.map((column) => ({
    ...column,
    values: column.values.map((value, row) => (row >= from && next() < 0.15 ? Number.NaN : value)),
  }))
  return { ...window, columns }
}

const isProbability = (value: number) => Number.isNaN(value) || (value >= 0 && value <= 1)
const inAlarm = (result: Judged, row: number) => result.alarms[row] === 1

/** What is wrong with a judgement, in words; nothing where all is well. */
function wrongWith({ window, from }: HostileWindow, result: Judged): readonly string[] {
  const wrong: string[] = []
  for (const { model, scores, tails } of result.tracks) {
    const score = scores.find((one) => !(Number.isNaN(one) || Number.isFinite(one)))
    if (score !== undefined) wrong.push(`${model} scores ${score}`)
    const tail = tails.find((one) => !isProbability(one))
    if (tail !== undefined) wrong.push(`${model} has tail ${tail}`)
  }
  const joint = result.joint.find((one) => !isProbability(one))
  if (joint !== undefined) wrong.push(`joint tail ${joint}`)
  for (const row of result.alarms.keys()) {
    if (!inAlarm(result, row)) continue
    const there = window.columns.some(({ values }) => Number.isFinite(values[from + row]))
    if (!there) wrong.push(`row ${from + row} is in alarm without a sample`)
    if (window.length === 10) wrong.push(`row ${from + row} is in alarm after ${from} rows`)
    const confidence = confidenceIn(result, row)
    if (!(confidence >= 0 && confidence <= 1)) wrong.push(`confidence ${confidence}`)
  }
  const still = window.columns.every(({ values }) => new Set(values.filter(Number.isFinite)).size <= 1)
  if (still && result.alarms.includes(1)) wrong.push('an alarm where nothing ever moved')
  return wrong
}

/** An alarm goes on through so many rows that are as usual: it is over after two (src/detection/alarms.ts). */
const ONE_ALARM = 1

type Alarm = { readonly from: number; readonly to: number }

/** Whether two stretches of rows in alarm belong to one. */
function isOne(one: Alarm, other: Alarm): boolean {
  return one.from - other.to <= ONE_ALARM && other.from - one.to <= ONE_ALARM
}

/** The alarms of a judgement, [from, to). */
function alarmsIn(result: Judged): readonly Alarm[] {
  const alarms: Alarm[] = []
  for (const row of result.alarms.keys()) {
    if (!inAlarm(result, row)) continue
    const here = { from: row, to: row + 1 }
    const last = alarms.at(-1)
    if (last !== undefined && isOne(last, here)) alarms[alarms.length - 1] = { from: last.from, to: here.to }
    else alarms.push(here)
  }
  return alarms
}

/**
 * Alarms of `holed` that belong to none of `whole`, with who voted. Where a sample is missing in the row in which an alarm begins, it may begin a row
 * sooner or later.
 */
function extraAlarms(whole: Judged, holed: Judged): readonly string[] {
  const known = alarmsIn(whole)
  const extra = alarmsIn(holed).filter((one) => !known.some((other) => isOne(one, other)))
  return extra.map(({ from: row }) => {
    const voted = votesIn(holed, row).flatMap((vote) => ('anomaly' in vote && vote.anomaly ? [vote.model] : []))
    const before = votesIn(whole, row).map((vote) =>
      'tail' in vote ? `${vote.model} ${vote.tail.toPrecision(2)}` : '',
    )
    return `row ${holed.from + row} by ${voted.join(' and ')}, of ${before.filter(Boolean).join(', ')} without holes`
  })
}

describe(`${COUNT} hostile windows from seed ${FIRST}`, () => {
  const wrong: string[] = []
  const extra: string[] = []
  let [rows, alarms, holedAlarms] = [0, 0, 0]
  const judgedBy = new Map<string, number>()

  beforeAll(() => {
    for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
      const hostile = hostileWindow(seed)
      const { window, from, told } = hostile
      const models = learning(from)
      try {
        const whole = judged(models, { window, from, seed, engines })
        const holes = withHoles(window, from, seed)
        const holed = judged(models, { window: holes, from, seed, engines })
        wrong.push(...wrongWith(hostile, whole).map((what) => `${told}: ${what}`))
        wrong.push(...wrongWith({ ...hostile, window: holes }, holed).map((what) => `${told}, with holes: ${what}`))
        extra.push(...extraAlarms(whole, holed).map((what) => `${told}: ${what}`))
        rows += whole.alarms.length
        alarms += whole.alarms.filter((alarm) => alarm === 1).length
        holedAlarms += holed.alarms.filter((alarm) => alarm === 1).length
        for (const { model, tails } of whole.tracks)
          if (tails.some(Number.isFinite)) judgedBy.set(model, (judgedBy.get(model) ?? 0) + 1)
      } catch (error) {
        wrong.push(`${told}: threw ${error}`)
      }
    }
    console.log(`judged by ${[...judgedBy].map(([model, count]) => `${model} ${count}`).join(', ')}`)
    console.log(
      `${rows} rows, ${alarms} in alarm, ${holedAlarms} where samples were taken out; extra alarms: ${extra.length}`,
    )
  }, 7_200_000)

  it('are judged or abstained from: no score is anything else, and nothing is thrown', () => {
    expect(wrong.slice(0, TOLD)).toEqual([])
  })

  it('are judged by each of the models at times', () => {
    for (const { id } of detectors) expect([id, (judgedBy.get(id) ?? 0) > 0]).toEqual([id, true])
  })

  it('are in no alarm because samples are missing', () => {
    expect(extra.slice(0, TOLD)).toEqual([])
  })
})
