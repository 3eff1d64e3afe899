import { resolve } from 'node:path'
import { type Entry, type Labelled, manifestOf, readSeries } from './dataset.ts'
import { type Counts, countAll, linesOf, type Recorded } from './lines.ts'
import { models } from './models.ts'
import { type Options, optionsOf } from './options.ts'
import { type Job, recordAll } from './pool.ts'
import { broken } from './sanity.ts'
import { sourcesDigest } from './sources.ts'
import { readRecording, recordingKey } from './store.ts'
import { tables } from './table.ts'

const ROOT = process.cwd()
/** `--quick` reads one series of each group, that with the earliest event, until so many points after its start. */
const QUICK_POINTS = 200

type Item = { readonly entry: Entry; readonly series: Labelled }

/** Enough to see a broken model, not for figures. */
function shortest(folder: string, items: readonly Item[]): readonly Item[] {
  const until = ({ series }: Item): number => series.judgedFrom + series.labels.indexOf(1) + QUICK_POINTS
  const groups = [...new Set(items.map(({ series }) => series.group))]
  return groups.flatMap((group) => {
    const some = items.filter(({ series }) => series.group === group && series.labels.includes(1))
    const first = some.sort((a, b) => until(a) - until(b))[0]
    if (first === undefined) return []
    const entry = { ...first.entry, most: until(first) }
    return [{ entry, series: readSeries(folder, entry) }]
  })
}

/** What every model says of every series: from the store where it is there, else from worker threads. */
async function recordingsOf(items: readonly Item[], options: Options): Promise<readonly Recorded[]> {
  const detectors = models.filter(({ id }) => options.models?.includes(id) ?? true)
  const jobs = detectors.flatMap(({ id: model }) => {
    const sources = sourcesDigest(ROOT, model)
    return items.map(({ entry, series }): Job => {
      const key = recordingKey(model, sources, series.digest, options.seed)
      return { root: ROOT, folder: options.data, entry, model, key, seed: options.seed }
    })
  })
  const missing = jobs.filter(({ key }) => readRecording(ROOT, key) === undefined)
  await recordAll(missing, options.workers, (left) => {
    if (left % 10 === 0) console.error(`${left} of ${missing.length} recordings to go`)
  })
  return detectors.map((detector) => ({
    detector,
    recordings: jobs.flatMap(({ model, key }) => (model === detector.id ? (readRecording(ROOT, key) ?? []) : [])),
  }))
}

/** The figures of one line on each series. */
function detail(counts: Counts, name: string): string {
  const found = counts.get(name)
  if (found === undefined) return `no line is called ${name}: ${[...counts.keys()].join(', ')}`
  return found
    .map(({ name: series, events, points, judged, vus }) => {
      const inAlarm = (points.hits + points.extra) / judged
      const met = `${events.caught}/${events.events} events, ${events.good}/${events.alerts} alerts good`
      return `${series.padEnd(58)} ${met.padEnd(40)} in alarm ${inAlarm.toFixed(3)}  VUS-PR ${vus.toFixed(3)}`
    })
    .join('\n')
}

async function main(): Promise<number> {
  const asked = optionsOf(process.argv.slice(2))
  const options = { ...asked, data: resolve(ROOT, asked.data) }
  const entries = manifestOf(options.data, options.series)
  if (typeof entries === 'string') {
    console.error(entries)
    return options.quick ? 0 : 1
  }
  const all = entries.map((entry) => ({ entry, series: readSeries(options.data, entry) }))
  const items = options.quick ? shortest(options.data, all) : all
  const recorded = await recordingsOf(items, options)
  const series = items.map((item) => item.series)
  const counts = countAll(series, recorded, options.seed, options.rate)
  const lines = linesOf(counts, recorded)
  const points = series.reduce((sum, one) => sum + one.labels.length, 0)
  console.log(
    `${series.length} series, ${points} judged points, seed ${options.seed}; a bare vote is in alarm below a tail of ${options.rate}`,
  )
  console.log(
    options.json
      ? JSON.stringify(lines, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value))
      : tables(lines),
  )
  if (options.detail !== undefined) console.log(`\n${options.detail}\n${detail(counts, options.detail)}`)
  const wrong = broken(
    lines,
    recorded.map(({ detector }) => detector.id),
  )
  for (const text of wrong) console.error(`broken: ${text}`)
  return wrong.length === 0 ? 0 : 1
}

process.exitCode = await main()
