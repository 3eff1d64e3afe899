import { mad, median } from 'simple-statistics'
import { type Evidence, type Finding, type SignalId, signalInfo, voteShareOf } from '../domain/index.ts'
import { confidenceIn, type Judged, votesIn } from './judged.ts'
import { leakEvidence } from './leak-evidence.ts'
import { episodeStart, type Run, runsOf } from './runs.ts'
import { type Column, rowAt, rowMs, type Window } from './window.ts'

export type ModelFindingInput = {
  readonly judged: Judged
  readonly window: Window<SignalId>
  /** Findings of one lane with gaps shorter than max(this, 6 h) are one episode. */
  readonly cooldownMs: number
  readonly nowMs: number
  /** Memory limit of the container, bytes, where it has one. */
  readonly memoryLimit?: number
}

/** An alarm is told once it has lasted this long: what names a failure speaks within a quarter of an hour, and a blip is over by then. */
const LASTING_MS = 15 * 60_000

/**
 * An `Anomaly` when the newest row that any model could judge is in an alarm that has lasted, and not older than two steps. Votes and confidence are those of the
 * strangest row of the alarm. Its start is found among the judged rows only.
 */
export function modelFinding({
  judged,
  window,
  cooldownMs,
  nowMs,
  memoryLimit,
}: ModelFindingInput): Finding | undefined {
  const newest = newestJudged(judged)
  if (newest === undefined || judged.alarms[newest] !== 1) return undefined
  const lastMs = rowMs(window, judged.from + newest)
  if (nowMs - lastMs > 2 * window.stepMs) return undefined
  const runs = runsOf(judged.alarms, rowMs(window, judged.from), window.stepMs, (alarm) => alarm === 1)
  const latest = runs.at(-1)
  if (latest === undefined || latest.toMs - latest.fromMs < LASTING_MS) return undefined
  const strangest = strangestRow(judged, window, latest)
  const votes = votesIn(judged, strangest)
  const present = votes.filter((vote) => 'anomaly' in vote)
  const share = voteShareOf(present.filter((vote) => vote.anomaly).length, present.length)
  return {
    subject: window.subject,
    failure: 'Anomaly',
    by: { votes, share },
    confidence: confidenceIn(judged, strangest),
    startMs: episodeStart(runs, cooldownMs) ?? lastMs,
    lastMs,
    evidence: [...unlikeItself(window, latest.fromMs, lastMs), ...leakEvidence(window, memoryLimit)],
    data: window.partial ? 'partial' : 'complete',
  }
}

/** When the newest alarm among the judged rows began, epoch milliseconds; undefined where there is none. */
export function alarmBegan(judged: Judged, window: Window): number | undefined {
  return runsOf(judged.alarms, rowMs(window, judged.from), window.stepMs, (alarm) => alarm === 1).at(-1)?.fromMs
}

/** A row without samples is on the grid all the same, but it shows nothing. */
function newestJudged({ tracks, joint }: Judged): number | undefined {
  for (let row = joint.length - 1; row >= 0; row -= 1)
    if (tracks.some(({ tails }) => Number.isFinite(tails[row]))) return row
  return undefined
}

function strangestRow({ from, joint }: Judged, window: Window, run: Run): number {
  const first = rowAt(window, run.fromMs) - from
  const last = rowAt(window, run.toMs) - from
  let best = last
  for (let row = first; row <= last; row += 1) if ((joint[row] ?? 1) < (joint[best] ?? 1)) best = row
  return best
}

/** Distance from the own median, in scaled median absolute deviations, from which a metric is named. */
const NAMED_FROM = 3
const NAMED_AT_MOST = 3
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** The metrics that are furthest from their own earlier values, furthest first; the furthest one at least. */
function unlikeItself(window: Window<SignalId>, startMs: number, lastMs: number): readonly Evidence[] {
  const distances = window.columns.flatMap((column) => distanceOf(window, column, startMs, lastMs) ?? [])
  distances.sort((a, b) => b.distance - a.distance)
  return distances
    .filter((one, at) => at === 0 || one.distance >= NAMED_FROM)
    .slice(0, NAMED_AT_MOST)
    .map((one) => one.evidence)
}

function distanceOf(window: Window<SignalId>, column: Column<SignalId>, startMs: number, lastMs: number) {
  const end = rowAt(window, startMs - 1) + 1
  const earlier = Array.from(column.values.subarray(0, end)).filter(Number.isFinite)
  const value = column.values[rowAt(window, lastMs)] ?? Number.NaN
  if (earlier.length === 0 || !Number.isFinite(value)) return undefined
  const usual = median(earlier)
  const spread = MAD_SCALE * mad(earlier)
  const away = Math.abs(value - usual)
  const evidence: Evidence = {
    signal: column.signal,
    subject: window.subject,
    atMs: lastMs,
    value,
    threshold: usual,
    says: `${signalInfo(column.signal).says}: unlike its own earlier values, held against their median`,
    asked: column.asked,
  }
  return { distance: away === 0 ? 0 : away / Math.max(spread, 1e-9 * Math.abs(usual), Number.MIN_VALUE), evidence }
}
