import { parseArgs } from 'node:util'
import { loadedEngines } from '../../src/cli/engines.ts'
import { manifestOf, readSeries } from '../detection/dataset.ts'
import { arrivalOutcomes, falseArrivals } from './arrivals.ts'
import { kinds, leakOutcomes } from './leaks.ts'
import { type Bare, usageSeries } from './series.ts'
import { AHEAD_MS, COVERAGE, type Outcome, usageOutcomes } from './usage.ts'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/anomaly-dev' },
    series: { type: 'string', default: 'ms-mongodb*/*' },
    generated: { type: 'string', default: '12' },
    moments: { type: 'string', default: '6' },
  },
})

function nowsOf({ values, stepMs }: Bare, count: number): readonly number[] {
  const last = values.length - 1 - Math.round((AHEAD_MS.at(-1) ?? 0) / stepMs)
  const first = Math.floor(last / 2)
  return Array.from({ length: count }, (_, at) => first + Math.floor((at * (last - first)) / Math.max(1, count - 1)))
}

/** The labelled series, condensed to half hours, what is labelled left out. */
function healthy(): readonly Bare[] {
  const entries = manifestOf(options.data, options.series)
  if (typeof entries === 'string') {
    console.log(entries)
    return []
  }
  return entries.map((entry) => {
    const { window, labels, rows, judgedFrom } = readSeries(options.data, entry)
    const values = Float64Array.from(window.columns[0]?.values ?? [])
    for (const [at, label] of labels.entries()) if (label === 1) values[rows[judgedFrom + at] ?? 0] = Number.NaN
    const every = Math.max(1, Math.round(1_800_000 / window.stepMs))
    const condensed = Float64Array.from({ length: Math.floor(values.length / every) }, (_, row) => {
      const seen = values.slice(row * every, (row + 1) * every).filter(Number.isFinite)
      return seen.length === 0 ? Number.NaN : seen.reduce((sum, value) => sum + value, 0) / seen.length
    })
    return { name: entry.name, startMs: window.startMs, stepMs: window.stepMs * every, values: condensed }
  })
}

function report(title: string, outcomes: readonly Outcome[]): void {
  console.log(`\n${title}: ${outcomes.filter(({ peer }) => peer === 'ours').length} forecasts`)
  for (const peer of new Set(outcomes.map((one) => one.peer))) {
    const cells = AHEAD_MS.map((aheadMs) => {
      const mine = outcomes.filter((one) => one.peer === peer && one.aheadMs === aheadMs && Number.isFinite(one.share))
      const mean = (of: (one: Outcome) => number) => mine.reduce((sum, one) => sum + of(one), 0) / mine.length
      const covered =
        peer === 'ours'
          ? `  in ${(100 * mean((one) => (one.within ? 1 : 0))).toFixed(0)} %, width ${(100 * mean((one) => one.width ?? 0)).toFixed(0)} %`
          : ''
      return `${(aheadMs / 3_600_000).toFixed(0)} h: MAPE ${(100 * mean((one) => one.share)).toFixed(1)} %${covered}`
    })
    console.log(`  ${peer.padEnd(20)} ${cells.join(' | ')}`)
  }
}

const { prophet } = await loadedEngines()
const outcomesOf = (series: readonly Bare[]) =>
  series.flatMap((one) => usageOutcomes(one, nowsOf(one, Number(options.moments)), prophet))

console.log(`intervals at ${100 * COVERAGE} %`)
report(
  'generated',
  outcomesOf(Array.from({ length: Number(options.generated) }, (_, seed) => usageSeries(seed + 1, 28))),
)
report('healthy stretches of the labelled series', outcomesOf(healthy()))

for (const days of [2, 20]) {
  const found = arrivalOutcomes(40, days)
  const said = found.filter((one) => one.said)
  const middle = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN
  console.log(
    `\nfull in about ${days} days: said ${said.length} of ${found.length}, in the interval ${((100 * said.filter((one) => one.within).length) / said.length).toFixed(0)} %, ` +
      `median error ${(100 * middle(said.map((one) => one.ours))).toFixed(0)} % of the time left, of predict_linear over 6 h ${(100 * middle(found.map((one) => one.line))).toFixed(0)} %`,
  )
}
console.log(`steady series said to fill: ${(100 * falseArrivals(20, 14)).toFixed(0)} %`)

const leaks = leakOutcomes(60)
for (const kind of kinds) {
  const mine = leaks.filter((one) => one.kind === kind)
  const said = mine.filter((one) => one.said)
  const middle = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN
  const error =
    kind === 'leak'
      ? `, in the interval ${((100 * said.filter((one) => one.within).length) / said.length).toFixed(0)} %, median error ${(100 * middle(said.map((one) => one.off))).toFixed(0)} % of the time left, of predict_linear over 6 h ${(100 * middle(mine.map((one) => one.line))).toFixed(0)} %`
      : ''
  console.log(`memory, ${kind}: said to meet its limit ${said.length} of ${mine.length}${error}`)
}
