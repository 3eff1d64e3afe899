import { median } from 'simple-statistics'
import type { ProphetEngine } from '../../engines.ts'
import type { Offset } from '../local-time.ts'
import { at, type Curve, curveOf, type Shape } from './curve.ts'
import type { History } from './history.ts'
import { withPeaks } from './peaks.ts'

const DAY_MS = 86_400_000
/** A pattern shows when it has been there twice; the week's only when its third Monday is in sight: two may have been odd. */
const LEAST_DAYS = 2
const LEAST_WEEKS = 3
/** Nearly whole counts as whole: the last sample stands a step before the end. */
const NEARLY = 0.97
/** Swings that can be told apart: of about three hours within a day, of a day within a week. */
const DAILY_ORDER = 8
const WEEKLY_ORDER = 6
/** Beyond so many spreads a sample of the history is drawn in: an earlier incident must not bend what is usual. */
const CLIP = 3
/** Scales a median absolute value to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** The patterns that a history is long enough for. */
export function shapeOf({ spanMs }: History): Shape {
  const days = spanMs / DAY_MS
  return {
    daily: days >= NEARLY * LEAST_DAYS ? DAILY_ORDER : 0,
    weekly: days >= NEARLY * 7 * LEAST_WEEKS ? WEEKLY_ORDER : 0,
  }
}

export type Range = { readonly fromMs: number; readonly toMs: number }

/** A history that earlier incidents no longer bend, and what is expected over a range that begins with it. */
export type Season = { readonly clean: History; readonly shape: Shape; readonly curve: Curve }

/** Learns what is usual in two fits: the first shows what is odd, the second does without. Undefined where a fit came to no end. */
export function seasonOf(engine: ProphetEngine, history: History, offset: Offset, toMs: number): Season | undefined {
  const shape = shapeOf(history)
  const range = { fromMs: history.moments[0] ?? 0, toMs }
  const first = curveOf(engine, history, shape, offset, range)
  if (first === undefined) return undefined
  const clean = clipped(history, first)
  const curve = curveOf(engine, clean, shape, offset, range)
  return curve === undefined ? undefined : { clean, shape, curve: withPeaks(curve, history, offset) }
}

/** The same of a part of the history, in one fit: `season` has shown what is odd in it. Undefined where the fit came to no end. */
export function partOf(
  engine: ProphetEngine,
  {
    season,
    history,
    kept,
  }: { readonly season: Season; readonly history: History; readonly kept: (atMs: number) => boolean },
  offset: Offset,
  range: Range,
): Curve | undefined {
  const curve = curveOf(engine, only(season.clean, kept), season.shape, offset, range)
  return curve === undefined ? undefined : withPeaks(curve, only(history, kept), offset)
}

function clipped(history: History, curve: Curve): History {
  const expected = history.moments.map((atMs) => at(curve, atMs))
  const away = history.values.map((value, row) => Math.abs(value - (expected[row] ?? value)))
  const reach = CLIP * MAD_SCALE * median(away)
  if (!(reach > 0)) return history
  const draw = (value: number, row: number) => {
    const usual = expected[row] ?? value
    return usual + Math.min(reach, Math.max(-reach, value - usual))
  }
  return { ...history, values: history.values.map(draw) }
}

/** The blocks of a history that are kept. */
export function only(history: History, kept: (atMs: number) => boolean): History {
  const keep = history.moments.map(kept)
  const moments = history.moments.filter((_, row) => keep[row])
  const spanMs = (moments.at(-1) ?? 0) - (moments[0] ?? 0)
  return { ...history, moments, values: history.values.filter((_, row) => keep[row]), spanMs }
}
