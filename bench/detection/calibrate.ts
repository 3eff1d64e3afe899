import { resolve } from 'node:path'
import type { Track } from '../../src/detection/index.ts'
import { verdictOf } from '../../src/detection/judged.ts'
import { atPoints, type Labelled, manifestOf, readSeries } from './dataset.ts'
import { JOIN, joined, runs, TOLERANCE } from './metrics.ts'
import { models } from './models.ts'
import { replay } from './recording.ts'
import { reliability } from './reliability.ts'
import { sourcesDigest } from './sources.ts'
import { readRecording, recordingKey } from './store.ts'

/** What is known of one alarm: whether it met an event, and what its confidence may rest on (intercept, margin, and votes where several decide). */
type Alarm = { readonly group: string; readonly real: boolean; readonly features: readonly number[] }

const NAMES = ['intercept', 'margin', 'votes'] as const
const LEAST_MARGIN = -3
const MOST_MARGIN = 8
const PASSES = 4000
const STEP = 0.15

/** What was recorded of the models on one series. */
function tracksOn(series: Labelled, seed: number, root: string): readonly Track[] {
  return models.map((detector) => {
    const key = recordingKey(detector.id, sourcesDigest(root, detector.id), series.digest, seed)
    const recording = readRecording(root, key)
    const track = recording === undefined ? undefined : replay(detector, recording, series)
    if (track === undefined) throw new Error('run bench:detection first: it records what the models say')
    return track
  })
}

/** The alarms that the service's own rules make of these tracks, as if their models were all that are configured. */
function alarmsOf(series: Labelled, tracks: readonly Track[]): readonly Alarm[] {
  const { joint, alarms, rate } = verdictOf(tracks, 0, series.window)
  const inAlarm = atPoints(series, alarms, 0)
  const tails = atPoints(series, joint, Number.NaN)
  const each = tracks.map((track) => atPoints(series, track.tails, Number.NaN))
  const events = joined(runs(series.labels), TOLERANCE)
  return joined(runs(inAlarm), JOIN).map(([from, to]) => {
    let peak = from
    for (let at = from; at <= to; at += 1) if ((tails[at] ?? 1) < (tails[peak] ?? 1)) peak = at
    const margin = Math.log10(rate / (tails[peak] ?? rate))
    const votes = each.filter((one) => (one[peak] ?? 1) < rate).length
    return {
      group: series.group,
      real: events.some(([start, end]) => from <= end + TOLERANCE && to >= start),
      features: [1, Math.max(LEAST_MARGIN, Math.min(MOST_MARGIN, margin)), ...(tracks.length > 1 ? [votes] : [])],
    }
  })
}

function probability(weights: readonly number[], { features }: Alarm): number {
  return 1 / (1 + Math.exp(-features.reduce((sum, feature, at) => sum + feature * (weights[at] ?? 0), 0)))
}

/** Logistic regression by gradient descent, each group counting alike, with a unit ridge on all but the intercept. */
function fitted(alarms: readonly Alarm[]): readonly number[] {
  const groups = [...new Set(alarms.map(({ group }) => group))]
  const sizes = new Map(groups.map((group) => [group, alarms.filter((one) => one.group === group).length]))
  const weights = (alarms[0]?.features ?? []).map(() => 0)
  for (let pass = 0; pass < PASSES; pass += 1) {
    const slope = weights.map((weight, at) => (at === 0 ? 0 : weight))
    for (const alarm of alarms) {
      const share = alarms.length / groups.length / (sizes.get(alarm.group) ?? 1)
      const off = share * (probability(weights, alarm) - (alarm.real ? 1 : 0))
      for (const [at, feature] of alarm.features.entries()) slope[at] = (slope[at] ?? 0) + off * feature
    }
    for (const at of weights.keys()) weights[at] = (weights[at] ?? 0) - (STEP * (slope[at] ?? 0)) / alarms.length
  }
  return weights
}

/** Prints coefficients, and the reliability with each family left out in turn. */
function report(title: string, alarms: readonly Alarm[]): void {
  const groups = [...new Set(alarms.map(({ group }) => group))]
  const judgements = groups.flatMap((group) => {
    const weights = fitted(alarms.filter((one) => one.group !== group))
    return alarms
      .filter((one) => one.group === group)
      .map((one) => ({ p: probability(weights, one), real: one.real, group }))
  })
  console.log(`${title}: ${alarms.length} alarms, ${alarms.filter(({ real }) => real).length} real`)
  console.log(
    fitted(alarms)
      .map((weight, at) => `${NAMES[at]} ${weight.toFixed(3)}`)
      .join(', '),
  )
  console.log(`${reliability(judgements)}\n`)
}

/** Prints the coefficients of src/detection/calibration.ts: of models that vote together, and of one that is alone, whichever of them it is. */
function main(): number {
  const root = process.cwd()
  const folder = resolve(root, process.argv[2] ?? '../shared/data/anomaly-dev')
  const entries = manifestOf(folder)
  if (typeof entries === 'string') {
    console.error(entries)
    return 1
  }
  const recorded = entries.map((entry) => {
    const series = readSeries(folder, entry)
    return { series, tracks: tracksOn(series, 1, root) }
  })
  report(
    'together',
    recorded.flatMap(({ series, tracks }) => alarmsOf(series, tracks)),
  )
  report(
    'one alone',
    recorded.flatMap(({ series, tracks }) => tracks.flatMap((track) => alarmsOf(series, [track]))),
  )
  return 0
}

process.exitCode = main()
