import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The Numenta Anomaly Benchmark in the form that `bench:detection` reads: `node nab.js CHECKOUT FOLDER`. CHECKOUT is a checkout of
 * github.com/numenta/NAB. A point is labelled where it lies in one of NAB's windows, which are a tenth of a series together and much wider than
 * the anomalies in them: events can be held against other detectors, single points and times in alarm can't. NAB's moments have no zone and
 * are taken as UTC; the first 30 % of a series may be fitted on.
 */
const FIT_SHARE = 0.3

/** Series without an anomaly have no events to meet. */
const WITHOUT_EVENTS = 'artificialNoAnomaly'

const [checkout, folder] = process.argv.slice(2)
if (checkout === undefined || folder === undefined) throw new Error('usage: nab.js CHECKOUT FOLDER')

const windows: Record<string, readonly (readonly [string, string])[]> = JSON.parse(
  readFileSync(join(checkout, 'labels/combined_windows.json'), 'utf8'),
)
const manifest = Object.entries(windows)
  .filter(([file]) => !file.startsWith(WITHOUT_EVENTS))
  .map(([file, stretches]) => converted(checkout, folder, file, stretches))
writeFileSync(join(folder, 'MANIFEST.csv'), ['family,series,step_s,train_points', ...manifest, ''].join('\n'))

/** Writes one series, and gives its line of the manifest. */
function converted(from: string, to: string, file: string, stretches: readonly (readonly [string, string])[]): string {
  const [origin = '', name = ''] = file.replace(/\.csv$/, '').split('/')
  const [, ...lines] = readFileSync(join(from, 'data', file), 'utf8')
    .trim()
    .split('\n')
  const points = lines
    .map((line) => line.trim().split(','))
    .map(([at = '', value = '']) => ({ second: secondOf(at), value }))
    .sort((one, other) => one.second - other.second)
  const labelled = stretches.map(([start, end]) => [secondOf(start), secondOf(end)] as const)
  const text = points.map(({ second, value }) => {
    const label = labelled.some(([start, end]) => start <= second && second <= end) ? 1 : 0
    return `${second},${value},${label}`
  })
  const family = `nab-${origin}`
  const path = join(to, family, `${name}.csv`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ['timestamp,value,label', ...text, ''].join('\n'))
  return [family, name, usualStep(points), Math.floor(points.length * FIT_SHARE)].join(',')
}

function secondOf(text: string): number {
  const ms = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`)
  if (Number.isNaN(ms)) throw new Error(`no moment: ${text}`)
  return ms / 1000
}

/** The median distance of two points, seconds. */
function usualStep(points: readonly { readonly second: number }[]): number {
  const steps = points.slice(1).map(({ second }, at) => second - (points[at]?.second ?? 0))
  const real = steps.filter((step) => step > 0).sort((one, other) => one - other)
  return real[Math.floor(real.length / 2)] ?? 0
}
