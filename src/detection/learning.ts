import { type Learning, type ModelId, PLAIN_LEARNING, type Stretch } from '../domain/index.ts'
import type { Detector, FitInput } from './detectors/detector.ts'
import { isolationForestIn } from './detectors/isolation-forest.ts'
import { lstmIn } from './detectors/lstm.ts'
import { prophetWith } from './detectors/prophet.ts'
import { rowAt, type Window } from './window.ts'

/** No fit looks back further than this. */
const REACH_MS = 28 * 86_400_000

/**
 * The same models, which learn as they are told: by the clock of a zone, and nothing from stretches that are left out. Rows there count as
 * missing in what is fitted and in the scores held against; they are judged like any other. Throws a RangeError for a zone that is not known.
 */
export function learnedUnder(
  detectors: readonly Detector[],
  { timeZone, excluded }: Learning = PLAIN_LEARNING,
): readonly Detector[] {
  if (timeZone === PLAIN_LEARNING.timeZone && excluded.length === 0) return detectors
  const inUtc = timeZone === PLAIN_LEARNING.timeZone
  const lessonsUnder = (upToMs: number) => words([inUtc ? '' : timeZone, ...within(excluded, upToMs)])
  const zoned = detectors.map((one) => ({
    ...(inUtc ? one : inZone(one, timeZone)),
    lessonsUnder,
  }))
  if (excluded.length === 0) return zoned
  const blank = blanking(excluded)
  const without = (input: FitInput): FitInput => ({ ...input, window: blank(input.window) })
  return zoned.map((one) => ({
    id: one.id,
    lessonsUnder,
    serves: (stepMs) => one.serves(stepMs),
    under: (upToMs) => words([one.under?.(upToMs) ?? '', ...within(excluded, upToMs)]),
    fit: (input) => one.fit(without(input)),
    heldOut: (input) => one.heldOut(without(input)),
    score: (model, window, from, to) => one.score(model, window, from, to),
  }))
}

function words(parts: readonly string[]): string | undefined {
  return parts.filter((part) => part !== '').join(' ') || undefined
}

/** A window without the rows that nothing is learned from. */
export function learnable(window: Window, { excluded }: Learning = PLAIN_LEARNING): Window {
  return excluded.length === 0 ? window : withoutStretches(window, excluded)
}

/** The models that know days and weeks. */
const ZONED: Partial<Record<ModelId, (timeZone: string) => Detector>> = {
  'isolation-forest': isolationForestIn,
  prophet: (timeZone) => prophetWith({ timeZone, excluded: [] }),
  lstm: lstmIn,
}

function inZone(detector: Detector, timeZone: string): Detector {
  const zoned = ZONED[detector.id]
  return zoned === undefined ? detector : { ...detector, ...zoned(timeZone), under: () => timeZone }
}

/** What of the stretches a fit up to a moment could have seen, in words: whatever comes later makes no other fit of it. */
function within(excluded: readonly Stretch[], upToMs: number): readonly string[] {
  return excluded
    .filter(({ fromMs, toMs }) => fromMs < upToMs && toMs > upToMs - REACH_MS)
    .map(({ fromMs, toMs }) => `${fromMs}-${Math.min(toMs, upToMs)}`)
    .sort()
}

/** Of each window one copy, however often it is fitted on. */
function blanking(excluded: readonly Stretch[]): (window: Window) => Window {
  const made = new WeakMap<Window, Window>()
  return (window) => {
    const known = made.get(window)
    if (known !== undefined) return known
    const blanked = withoutStretches(window, excluded)
    made.set(window, blanked)
    return blanked
  }
}

function withoutStretches(window: Window, excluded: readonly Stretch[]): Window {
  const leftOut = new Uint8Array(window.length)
  for (const { fromMs, toMs } of excluded)
    leftOut.fill(1, Math.max(0, rowAt(window, fromMs - 1) + 1), Math.max(0, rowAt(window, toMs - 1) + 1))
  const columns = window.columns.map((column) => ({
    ...column,
    values: column.values.map((value, row) => (leftOut[row] === 1 ? Number.NaN : value)),
  }))
  return { ...window, columns }
}
