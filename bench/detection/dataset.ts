import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import picomatch from 'picomatch'
import type { Window } from '../../src/detection/index.ts'

/** One labelled series. Points are the lines of its file; rows are those of the window's regular grid. */
export type Labelled = {
  readonly family: string
  readonly group: string
  readonly name: string
  readonly window: Window
  /** Row of each point, ascending; two lines of one moment share a row. */
  readonly rows: Int32Array
  /** The first point and the first row that are judged. */
  readonly judgedFrom: number
  readonly from: number
  /** 1 = labelled, for each point from `judgedFrom` on. */
  readonly labels: Uint8Array
  readonly digest: string
}

/** A line of MANIFEST.csv: where a series lies and which prefix may be fitted on. */
export type Entry = {
  readonly family: string
  readonly name: string
  readonly stepMs: number
  /** Lines of the file that are the prefix. */
  readonly train: number
  /** Lines after this many are left out. */
  readonly most?: number
}

/** Families of one origin are one group, so that none counts twice in a mean; a family that is not named is its own. */
const GROUPS: Readonly<Record<string, string>> = {
  'k8s-onlineboutique': 'k8s',
  'ms-application-crash-rate-1': 'ms-crash',
  'ms-application-crash-rate-2': 'ms-crash',
  'ms-mongodb-application-rps': 'ms-mongodb',
  'ms-mongodb-machine-rps': 'ms-mongodb',
}

/** The series of a folder whose `family/name` or name fits the glob; a sentence where there are no data to read. */
export function manifestOf(folder: string, glob = '**'): readonly Entry[] | string {
  const file = resolve(folder, 'MANIFEST.csv')
  if (!existsSync(file))
    return `no data: ${file} is absent. The labelled series are not part of the project; name their folder with --data`
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  const columns = head.split(',')
  const wanted = picomatch(glob)
  const entries = lines.flatMap((line) => {
    const cells = line.split(',')
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
    const entry = {
      family: cell('family'),
      name: cell('series'),
      stepMs: Number(cell('step_s')) * 1000,
      train: Number(cell('train_points')),
    }
    return wanted(`${entry.family}/${entry.name}`) || wanted(entry.name) ? [entry] : []
  })
  return entries.length > 0 ? entries : `no data: no series of ${file} fits ${glob}`
}

/** Reads one series. Of two lines of one moment the later counts; moments without a line are NaN. */
export function readSeries(folder: string, { family, name, stepMs, train, most }: Entry): Labelled {
  const text = readFileSync(join(folder, family, `${name}.csv`), 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .slice(1, most === undefined ? undefined : 1 + most)
  const moments = lines.map((line) => Number(line.slice(0, line.indexOf(','))) * 1000)
  const startMs = moments[0] ?? 0
  const rows = Int32Array.from(moments, (moment) => Math.round((moment - startMs) / stepMs))
  const values = new Float64Array((rows.at(-1) ?? -1) + 1).fill(Number.NaN)
  const labels = new Uint8Array(lines.length)
  for (const [point, line] of lines.entries()) {
    const [, value = '', label = ''] = line.split(',')
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isFinite(number)) values[rows[point] ?? 0] = number
    labels[point] = Number(label) === 1 ? 1 : 0
  }
  return {
    family,
    group: GROUPS[family] ?? family,
    name,
    window: windowOf(name, values, startMs, stepMs),
    rows,
    judgedFrom: train,
    // A moment that the prefix has a line of is history.
    from: (rows[train - 1] ?? -1) + 1,
    labels: labels.subarray(train),
    digest: createHash('sha256').update(`${stepMs} ${train} ${most}\n`).update(text).digest('hex'),
  }
}

/** The only column is no signal of ours. */
function windowOf(name: string, values: Float64Array, startMs: number, stepMs: number): Window {
  const subject = { cluster: 'bench', namespace: 'bench', kind: 'Deployment', name }
  const columns = [{ signal: 'value', values, asked: '' }]
  return { subject, startMs, stepMs, length: values.length, columns, partial: false }
}

/** What was said of rows, for each judged point; `otherwise` where a point's row was not judged. */
export function atPoints(series: Labelled, ofRows: ArrayLike<number>, otherwise: number): Float64Array {
  return Float64Array.from(series.labels, (_, at) => {
    const said = ofRows[(series.rows[series.judgedFrom + at] ?? -1) - series.from]
    return said === undefined || Number.isNaN(said) ? otherwise : said
  })
}
