import { mad, max, median, min, standardDeviation } from 'simple-statistics'
import type { Column, Window } from '../../window.ts'
import { type Band, bandOf } from '../band.ts'
import { wellSeen } from '../columns.ts'
import type { Silence } from '../detector.ts'

const DAY_MS = 86_400_000
/** With fewer days the time of day says when the history was taken, not what is usual then. */
const LEAST_DAYS = 3
/** More columns than this are too many for a state as narrow as ours; the first ones are read. */
export const MOST_COLUMNS = 16
/** A range below this share of the level is rounding, not movement. */
const STILL = 1e-6
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** How the samples of a history are read, so that those of any series look alike. Plain data. */
export type Frame = {
  /** The columns that moved, in order. */
  readonly signals: readonly string[]
  /** Usual value and spread of each. */
  readonly centre: Float64Array
  readonly spread: Float64Array
  /** Whether the time of day is read beside the samples. */
  readonly clock: boolean
  /** Where there are several, what is usual for each by its time: then their deviations from that are read, and centre and spread are 0 and 1. */
  readonly bands?: readonly Band[]
  /** IANA zone whose clock the time of day follows; UTC where left out. */
  readonly timeZone?: string
}

/** Whether rows over so long show what is usual at a time of day. */
export function showsDays(spanMs: number): boolean {
  return spanMs >= LEAST_DAYS * DAY_MS
}

/** Learns how to read from the rows [from, to), or says why they are not worth reading. */
export function frameOf(window: Window, from: number, to: number, timeZone?: string): Frame | Silence {
  const rows = (column: Column) => column.values.subarray(from, to)
  const observed = wellSeen(window, from, to)
  if (observed.length === 0) return 'too-little-data'
  const scales = observed.map((column) => ({ signal: column.signal, ...scaleOf(rows(column)) }))
  const moving = scales.filter(({ spread }) => spread > 0).slice(0, MOST_COLUMNS)
  if (moving.length === 0) return 'flat'
  return {
    signals: moving.map(({ signal }) => signal),
    centre: Float64Array.from(moving, ({ centre }) => centre),
    spread: Float64Array.from(moving, ({ spread }) => spread),
    clock: showsDays((to - from) * window.stepMs),
    ...(timeZone === undefined ? {} : { timeZone }),
  }
}

/** The same for several metrics, each by its band; one alone is read as it is. */
export function bandedFrameOf(window: Window, from: number, to: number, timeZone?: string): Frame | Silence {
  const plain = frameOf(window, from, to, timeZone)
  if (typeof plain === 'string' || plain.signals.length < 2) return plain
  const found = plain.signals.flatMap((signal) => {
    const band = bandWithout(window, { signal, timeZone }, [from, to], [to, to])
    return band === undefined ? [] : [{ signal, band }]
  })
  if (found.length === 0) return 'flat'
  return {
    ...plain,
    signals: found.map(({ signal }) => signal),
    centre: new Float64Array(found.length),
    spread: new Float64Array(found.length).fill(1),
    bands: found.map(({ band }) => band),
  }
}

/** The same frame by bands that are learned from the rows [from, to) but for some. What moved nowhere else keeps its own; a frame without bands stays as it is. */
export function framedWithout(
  frame: Frame,
  window: Window,
  rows: readonly [from: number, to: number],
  without: readonly [from: number, to: number],
): Frame {
  const { bands, signals, timeZone } = frame
  if (bands === undefined) return frame
  const unseen = (band: Band, at: number) =>
    bandWithout(window, { signal: signals[at] ?? '', timeZone }, rows, without) ?? band
  return { ...frame, bands: bands.map(unseen) }
}

function bandWithout(
  window: Window,
  { signal, timeZone }: { readonly signal: string; readonly timeZone: string | undefined },
  [from, to]: readonly [from: number, to: number],
  without: readonly [from: number, to: number],
): Band | undefined {
  const values = columnOf(window, signal)?.values.slice(from, to) ?? new Float64Array(0)
  values.fill(Number.NaN, without[0] - from, without[1] - from)
  return bandOf({ values, startMs: window.startMs + from * window.stepMs, stepMs: window.stepMs, timeZone })
}

export function columnOf(window: Window, signal: string): Column | undefined {
  return window.columns.find((column) => column.signal === signal)
}

/** The spread is the robust one, unless more than half of the values are equal or nearly so: then the plain one. 0 for rounding. */
function scaleOf(samples: Float64Array) {
  const values = [...samples.filter(Number.isFinite)]
  const centre = median(values)
  if (max(values) - min(values) <= STILL * Math.max(Math.abs(max(values)), Math.abs(min(values))))
    return { centre, spread: 0 }
  const robust = MAD_SCALE * mad(values)
  const plain = standardDeviation(values)
  return { centre, spread: robust > plain / 10 ? robust : plain }
}
