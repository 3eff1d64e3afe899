import {
  type Diagnosis,
  type Failure,
  formatInstant,
  indexAnswers,
  type Series,
  type SignalAnswer,
  type SignalId,
  signalInfo,
} from '../domain/index.ts'
import { fixed, joinLines, type Markdown, md } from './text.ts'
import { plainNumber, SCALES } from './value.ts'

/** The metric that decided, as it was measured, with the level that it is held against in the same unit. */
type ChartData = { readonly series: Series; readonly threshold?: number }

const MAX_POINTS = 60
/** The palette that mermaid brings draws the first line too pale to be seen. */
const COLOURS = '%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #cf222e"}}}}%%'
const FEWER_POINTS = [MAX_POINTS, 40, 30, 20, 12, 6, 3] as const
const BARS = '▁▂▃▄▅▆▇█'

type Points = { readonly startMs: number; readonly minutes: number; readonly values: readonly number[] }

function trimmed(series: Series): { startMs: number; values: Float64Array } | undefined {
  const first = series.values.findIndex(Number.isFinite)
  if (first < 0) return undefined
  const last = series.values.findLastIndex(Number.isFinite)
  return { startMs: series.startMs + first * series.stepMs, values: series.values.subarray(first, last + 1) }
}

/** The highest finite value of each of `count` equal parts; NaN for a part without one. */
function peaks(values: Float64Array, count: number): number[] {
  const parts: number[] = []
  for (let index = 0; index < count; index += 1) {
    const from = Math.floor((index * values.length) / count)
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / count))
    const finite = [...values.subarray(from, to)].filter(Number.isFinite)
    parts.push(finite.length === 0 ? Number.NaN : finite.reduce((a, b) => Math.max(a, b)))
  }
  return parts
}

/** Evenly spaced points without a hole: nothing is filled in, so a series with gaps gets fewer, wider points, or no chart. */
function pointsOf(series: Series): Points | undefined {
  const core = trimmed(series)
  if (core === undefined) return undefined
  for (const most of FEWER_POINTS) {
    const count = Math.min(most, core.values.length)
    const values = peaks(core.values, count)
    if (count < 3) return undefined
    if (values.every(Number.isFinite)) {
      const minutes = Math.max(1, Math.round(((core.values.length - 1) * series.stepMs) / 60_000))
      return { startMs: core.startMs, minutes, values }
    }
  }
  return undefined
}

function picture(data: ChartData): Markdown | undefined {
  const points = pointsOf(data.series)
  if (points === undefined) return undefined
  const { factor, digits, unit } = SCALES[signalInfo(data.series.signal).unit]
  const numbers = (values: readonly number[]): string[] =>
    values.map((value) => plainNumber(value * factor, digits)).filter((text) => text !== undefined)
  const line = numbers(points.values)
  const level = data.threshold === undefined ? undefined : numbers([data.threshold])[0]
  if (line.length !== points.values.length) return undefined
  const all = [...line, ...(level === undefined ? [] : [level])].map(Number)
  const low = plainNumber(Math.min(0, ...all), digits) ?? '0'
  const high = plainNumber(Math.max(...all) * 1.1 + 1 / 10 ** digits, digits) ?? '1'
  return joinLines([
    fixed('```mermaid'),
    fixed(COLOURS),
    fixed('xychart-beta'),
    fixed(
      `  title "${data.series.signal}${level === undefined ? '' : ` (blue) and ${data.series.signal === 'memory-working-set' ? 'its limit' : 'what it is held against'} (red)`}"`,
    ),
    fixed(`  x-axis "minutes since ${formatInstant(points.startMs)}" 0 --> ${points.minutes}`),
    fixed(`  y-axis "${unit === '' ? 'value' : unit}" ${low} --> ${high}`),
    fixed(`  line [${line.join(', ')}]`),
    ...(level === undefined ? [] : [fixed(`  line [${line.map(() => level).join(', ')}]`)]),
    fixed('```'),
  ])
}

/** One character for each of at most 60 parts of the series, `·` where nothing was measured. */
export function sparkline(series: Series): string {
  const core = trimmed(series)
  if (core === undefined) return ''
  const values = peaks(core.values, Math.min(MAX_POINTS, core.values.length))
  const finite = values.filter(Number.isFinite)
  const low = Math.min(...finite)
  const span = Math.max(...finite) - low
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return '·'
      return BARS[span === 0 ? 3 : Math.round(((value - low) / span) * (BARS.length - 1))] ?? '·'
    })
    .join('')
}

/** A Mermaid chart and the same as one line of text, for mail and for readers that draw nothing. Empty when no sample is there. */
function writeChart(data: ChartData): Markdown {
  const bars = sparkline(data.series)
  if (bars === '') return fixed('')
  const { factor, digits, unit } = SCALES[signalInfo(data.series.signal).unit]
  const finite = [...data.series.values].filter(Number.isFinite)
  const shown = (value: number): string => plainNumber(value * factor, digits) ?? 'unknown'
  const low = finite.reduce((a, b) => Math.min(a, b))
  const high = finite.reduce((a, b) => Math.max(a, b))
  const text = md`${fixed(data.series.signal)}: ${fixed(`\`${bars}\``)} from ${fixed(shown(low))} to ${fixed(shown(high))}${fixed(unit === '' ? '' : ` ${unit}`)}`
  const drawn = picture(data)
  return drawn === undefined ? text : joinLines([drawn, fixed(''), text])
}

/** What a failure is best seen in, where that is not the first measured fact of its evidence. */
const LEVEL_OF: Readonly<Partial<Record<Failure, SignalId>>> = {
  OOMKilled: 'memory-working-set',
  MemoryLeak: 'memory-working-set',
  CPUThrottling: 'cpu-throttled',
}

/** The chart that belongs to a diagnosis; empty where no series of a measured level is at hand. */
export function chartOf(diagnosis: Diagnosis, answers: readonly SignalAnswer[]): Markdown {
  const measured = diagnosis.evidence.find(({ signal }) => {
    const { unit } = signalInfo(signal)
    return unit !== 'flag' && unit !== 'count' && unit !== 'instant'
  })
  const signal = LEVEL_OF[diagnosis.failure] ?? measured?.signal
  const series = signal === undefined ? undefined : indexAnswers(answers).series(signal, diagnosis.subject)
  if (series === undefined) return fixed('')
  const memory = series.signal === 'memory-working-set'
  const limit = memory ? diagnosis.observed.memoryLimitBytes : undefined
  const threshold = limit ?? diagnosis.evidence.find((one) => one.signal === series.signal)?.threshold
  return writeChart(threshold === undefined ? { series } : { series, threshold })
}
