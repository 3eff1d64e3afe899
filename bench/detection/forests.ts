import { resolve } from 'node:path'
import { sampleRankCorrelation } from 'simple-statistics'
import { trainForest } from '../../src/detection/detectors/isolation-forest/forest.ts'
import { type ForestModel, forestDetector } from '../../src/detection/detectors/isolation-forest.ts'
import { type Detector, NO_ENGINES } from '../../src/detection/index.ts'
import { busyMs } from './busy-time.ts'
import { atPoints, type Labelled, manifestOf, readSeries } from './dataset.ts'
import { trainByPackage } from './package-forest.ts'
import { vusPr } from './ranking.ts'

/** By hand: our forest beside ml-isolation-forest's, each fitted once on the prefix and scoring the rest. `node .bench/bench/detection/forests.js [data] [glob]` */
const [data = '../shared/data/anomaly-dev', glob = '**'] = process.argv.slice(2)

type Measured = {
  readonly fitMs: number
  readonly scoreMs: number
  readonly vus: number
  readonly scores: Float64Array
}

function measure(detector: Detector<ForestModel>, { window, from, ...series }: Labelled): Measured | undefined {
  const begun = busyMs()
  const outcome = detector.fit({ window, upTo: from, seed: 1, engines: NO_ENGINES })
  if (!outcome.fitted) return undefined
  const fitted = busyMs()
  const scores = detector.score(outcome.model, window, from, window.length)
  const vus = vusPr(series.labels, atPoints({ window, from, ...series }, scores, 0))
  return { fitMs: fitted - begun, scoreMs: busyMs() - fitted, vus, scores }
}

const entries = manifestOf(resolve(data), glob)
if (typeof entries === 'string') throw new Error(entries)
const both = entries.flatMap((entry) => {
  const series = readSeries(resolve(data), entry)
  const ours = measure(forestDetector(trainForest), series)
  const theirs = measure(forestDetector(trainByPackage), series)
  if (ours === undefined || theirs === undefined) return []
  const pairs = Array.from(ours.scores, (score, at) => [score, theirs.scores[at] ?? Number.NaN] as const)
  const known = pairs.filter((pair) => pair.every(Number.isFinite))
  const rank = sampleRankCorrelation(known.map(([a]) => a), known.map(([, b]) => b)) // biome-ignore format: a pair of lists
  return [{ group: series.group, rank, ours, theirs }]
})
const mean = (values: readonly number[]): string => {
  const known = values.filter(Number.isFinite)
  return (known.reduce((sum, value) => sum + value, 0) / known.length).toFixed(3)
}
for (const group of ['all', ...new Set(both.map((one) => one.group))]) {
  const some = both.filter((one) => group === 'all' || one.group === group)
  const line = (['ours', 'theirs'] as const).map(
    (which) =>
      `${which}: VUS-PR ${mean(some.map((one) => one[which].vus))}, fit ${mean(some.map((one) => one[which].fitMs))} ms`,
  )
  console.log(
    `${group}: ${some.length} series, ${line.join('; ')}; rank correlation ${mean(some.map((one) => one.rank))}`,
  )
}
