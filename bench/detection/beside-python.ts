/**
 * Our models beside Python's, each on one core: the same series, prefixes, orders and sizes, one fit of the prefix and one score of every row after it.
 *
 *   apt-get install python3-sklearn python3-statsmodels python3-torch
 *   npm run bench:python -- --data ../shared/data/anomaly-dev [--series GLOB] [--python /usr/bin/python3]
 *
 * By hand only. Without --series, the first series of each family. Prophet has no package in Debian, so it has none beside it.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { busyMs } from './busy-time.ts'
import { type Labelled, manifestOf, readSeries } from './dataset.ts'
import { loadEngines, models } from './models.ts'

const SCRIPT = 'bench/detection/python/peers.py'
const SEED = 1

type Cost = {
  readonly series: string
  readonly model: string
  readonly fitMs: number
  readonly scoreMs: number
  readonly rows: number
}

function chosen(folder: string, glob: string | undefined): readonly Labelled[] {
  const entries = manifestOf(folder, glob)
  if (typeof entries === 'string') throw new Error(entries)
  const first = entries.filter(({ family }, at) => entries.findIndex((one) => one.family === family) === at)
  return (glob === undefined ? first : entries).map((entry) => readSeries(folder, entry))
}

async function ours(series: readonly Labelled[]): Promise<readonly Cost[]> {
  const engines = await loadEngines()
  const costs = (): readonly Cost[] =>
    models.flatMap((model) =>
      series.map(({ name, window, from }) => {
        const begun = busyMs()
        const outcome = model.fit({ window, upTo: from, seed: SEED, engines })
        const fitted = busyMs()
        if (outcome.fitted) model.score(outcome.model, window, from, window.length)
        const rows = outcome.fitted ? window.length - from : 0
        return { series: name, model: model.id, fitMs: fitted - begun, scoreMs: busyMs() - fitted, rows }
      }),
    )
  // A service has been running for a while: the first round is for the compiler.
  costs()
  return costs()
}

function python(command: string, series: readonly Labelled[]): readonly Cost[] {
  const input = JSON.stringify(
    series.map(({ name, from, window }) => ({ name, from, values: [...(window.columns[0]?.values ?? [])] })),
  )
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
  const ran = spawnSync(command, [SCRIPT], { input, env, encoding: 'utf8', maxBuffer: 1e8 })
  if (ran.status !== 0) throw new Error(`${command} ${SCRIPT} ended with ${ran.status}: ${ran.error ?? ran.stderr}`)
  const lines = ran.stdout.trim().split('\n')
  // The one cast: the script beside this file prints what it says it does.
  return lines.map((line) => JSON.parse(line) as Cost)
}

function total(costs: readonly Cost[], model: string) {
  const own = costs.filter((cost) => cost.model === model && cost.rows > 0)
  const sum = (of: (cost: Cost) => number) => own.reduce((all, cost) => all + of(cost), 0)
  return {
    fits: own.length,
    fitMs: sum((cost) => cost.fitMs),
    scoreMs: sum((cost) => cost.scoreMs),
    rows: sum((cost) => cost.rows),
  }
}

/** Processor time of one fit and points scored a second, and how many times faster the one is than the other. */
function lineOf(model: string, own: readonly Cost[], others: readonly Cost[]): string {
  const [us, them] = [total(own, model), total(others, model)]
  const told = ({ fits, fitMs, scoreMs, rows }: typeof us) =>
    fits === 0
      ? '- | -'
      : `${Math.round(fitMs / fits)} ms | ${Math.round((1000 * rows) / scoreMs).toLocaleString('en')}`
  const ratio = (mine: number, theirs: number) => (them.fits === 0 ? '-' : (theirs / mine).toFixed(1))
  const fit = ratio(us.fitMs / us.fits, them.fitMs / them.fits)
  const score = ratio(us.scoreMs / us.rows, them.scoreMs / them.rows)
  return `| ${model} | ${told(us)} | ${told(them)} | ${fit} | ${score} |`
}

const { values: asked } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/anomaly-dev' },
    series: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
})
const series = chosen(resolve(asked.data), asked.series)
console.log(`${series.length} series, ${series.reduce((sum, { window }) => sum + window.length, 0)} points`)
const own = await ours(series)
const others = python(asked.python, series)
console.log(
  '| model | our fit | points/s | fit in Python | points/s | times faster: fit | score |\n|---|---|---|---|---|---|---|',
)
for (const { id } of models) console.log(lineOf(id, own, others))
