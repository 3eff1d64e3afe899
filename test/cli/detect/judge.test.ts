import { describe, expect, it } from 'vitest'
import { readArguments } from '../../../src/cli/arguments.ts'
import { detect } from '../../../src/cli/detect/detect.ts'
import { onGrid } from '../../../src/cli/detect/grid.ts'
import { judgeSamples } from '../../../src/cli/detect/judge.ts'
import { settingsOf } from '../../../src/cli/detect/settings.ts'
import type { Context } from '../../../src/cli/verb.ts'
import { NO_ENGINES } from '../../../src/detection/index.ts'
import { numbers } from '../../fakes/windows.ts'

const START = Date.UTC(2026, 10, 2)
const STEP = 300_000
const ROWS = 200
const noise = numbers(5)
// The LSTM has too little of it, and so has ARIMA without its library.
const samples = {
  times: Float64Array.from({ length: ROWS }, (_, row) => START + row * STEP),
  values: Float64Array.from({ length: ROWS }, (_, row) => 100 + 10 * noise() + (row >= 60 && row < 90 ? 60 : 0)),
}

/** How the words of a command line have it judged, and the moments that Prophet was asked about. */
function judgedWith(words: readonly string[]) {
  // Of the context only what settings are made of.
  const io = { env: {}, out: { isTerminal: false } }
  const context = { args: readArguments([...words], detect), terminal: { asJson: true, width: 80 }, io }
  const settings = settingsOf(context as unknown as Context)
  const seconds: (readonly number[])[] = []
  const engines = {
    ...NO_ENGINES,
    prophet: (input: { readonly seconds: readonly number[] }) => {
      seconds.push(input.seconds)
      return undefined
    },
  }
  const { result } = judgeSamples(samples, onGrid(samples, 'rate.csv'), engines, { ...settings, fitFraction: 0.9 })
  return { scores: result.tracks.find(({ model }) => model === 'isolation-forest')?.scores, asked: seconds[0] ?? [] }
}

describe('what detect is told beside the samples', () => {
  const plain = judgedWith(['--csv', 'rate.csv'])

  it('is whose clock they follow', () => {
    const { asked, scores } = judgedWith(['--csv', 'rate.csv', '--time-zone', 'Asia/Kolkata'])
    expect(plain.asked.length).toBeGreaterThan(0)
    expect(asked).toEqual(plain.asked.map((at) => at + 5.5 * 3600))
    expect(scores).toEqual(plain.scores)
  })

  it('is what nothing is learned from, in one stretch or several', () => {
    const incident = ['--exclude', '2026-11-02T05:00:00Z/2026-11-02T07:30:00Z']
    const { asked, scores } = judgedWith(['--csv', 'rate.csv', ...incident])
    const left = (at: number) => at * 1000 >= START + 60 * STEP && at * 1000 < START + 90 * STEP
    expect(plain.asked.some(left)).toBe(true)
    expect(asked).toEqual(plain.asked.filter((at) => !left(at)))
    expect(scores).not.toEqual(plain.scores)
    const halves = ['2026-11-02T05:00Z/2026-11-02T06:00Z', '2026-11-02T07:00+01:00/2026-11-02T08:30+01:00']
    expect(judgedWith(['--csv', 'rate.csv', '--exclude', halves[0] ?? '', '--exclude', halves[1] ?? '']).asked).toEqual(
      asked,
    )
  })
})
