import { resolve } from 'node:path'
import { systemClock } from '../../adapters/files/index.ts'
import { proxiesOf } from '../../adapters/outbound/index.ts'
import { type LabelledSeries, prometheusSeries } from '../../adapters/prometheus/index.ts'
import { KintsugiError, type TimeRange } from '../../domain/index.ts'
import { loadedEngines } from '../engines.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode } from '../verb.ts'
import type { Samples } from './csv.ts'
import type { Gridded } from './grid.ts'
import { judgeSamples } from './judge.ts'
import { labelText } from './labels.ts'
import { rangeOf } from './range.ts'
import { settingsOf } from './settings.ts'
import { printAlarms, printPoints } from './show.ts'

/** Each is fitted by every model, which takes its seconds. */
const MOST_SERIES = 20
const MOST_QUERY = 20_000
/** An answer over a long range may take Prometheus longer than those that the service asks for. */
const TIMEOUT_MS = 60_000
/** Time for the spinner to show itself before the models take the thread. */
const SHOWN_MS = 120

/** Judges what a Prometheus answers to a query, each series by itself. Throws KIN-1001, KIN-2001 and KIN-3001 to KIN-3006. */
export async function judgeQuery(context: Context, url: string): Promise<ExitCode> {
  const { args, terminal, io } = context
  const settings = settingsOf(context)
  const query = queryOf(args.text('query'))
  const wanted = seriesOf(args.text('series'))
  const range = rangeOf(args, systemClock.now())
  const all = await terminal.during('asking Prometheus', () => answered(context, url, query, range))
  const chosen = chosenOf(all, wanted, terminal)
  const engines = await loadedEngines()
  for (const [at, { number, series }] of chosen.entries()) {
    const { samples, gridded } = sampled(series, range, query)
    const verdict = await terminal.during(`judging series ${at + 1} of ${chosen.length}`, async () => {
      if (io.err.isTerminal) await new Promise((done) => setTimeout(done, SHOWN_MS))
      return judgeSamples(samples, gridded, engines, settings)
    })
    if (terminal.asJson) printPoints(terminal, verdict, { series: number, labels: Object.fromEntries(series.labels) })
    else {
      if (at > 0) terminal.line('')
      printNamed(terminal, number, all.length, series)
      printAlarms(terminal, verdict, settings)
    }
  }
  return 0
}

function queryOf(text: string | undefined): string {
  if (text === undefined || text.trim() === '')
    throw new KintsugiError('KIN-1001', '--prometheus needs --query, an expression of PromQL.')
  if (text.length > MOST_QUERY)
    throw new KintsugiError('KIN-1001', `--query has ${text.length} characters; ${MOST_QUERY} are the most.`)
  return text
}

function seriesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new KintsugiError('KIN-1001', `--series is the number of a series, from 1, not "${text}".`)
}

async function answered(
  { args, io, terminal }: Context,
  url: string,
  query: string,
  range: TimeRange,
): Promise<readonly LabelledSeries[]> {
  const [tokenFile, caFile, tenant] = [args.text('token-file'), args.text('ca-file'), args.text('tenant')]
  const proxies = proxiesOf(io.env)
  const reader = prometheusSeries({
    url,
    timeoutMs: TIMEOUT_MS,
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(io.cwd, tokenFile) }),
    ...(caFile === undefined ? {} : { caFile: resolve(io.cwd, caFile) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(proxies && { proxies }),
  })
  try {
    const answer = await reader.read(query, range)
    if (!answer.read) throw new KintsugiError(answer.code, `${answer.problem}, asked of ${new URL(url).origin}`)
    for (const text of answer.warnings) terminal.note(styled('yellow', `Prometheus warns: ${text}`))
    const whole = answer.series.filter(({ values }) => values.some(Number.isFinite))
    if (whole.length > 0) return whole
    const at = (ms: number) => new Date(ms).toISOString()
    throw new KintsugiError(
      'KIN-3006',
      `the query has no sample from ${at(range.startMs)} to ${at(range.endMs)}, asked of ${new URL(url).origin}`,
    )
  } finally {
    await reader.close()
  }
}

type Chosen = { readonly number: number; readonly series: LabelledSeries }

/** The one that was asked for, else the first so many; what is left out is said. Throws KIN-1001 where there is no such one. */
function chosenOf(all: readonly LabelledSeries[], wanted: number | undefined, terminal: Terminal): readonly Chosen[] {
  const numbered = all.map((series, at): Chosen => ({ number: at + 1, series }))
  if (wanted !== undefined) {
    const one = numbered.filter(({ number }) => number === wanted)
    if (one.length > 0) return one
    throw new KintsugiError('KIN-1001', `--series ${wanted}: the query has ${all.length} series.`)
  }
  if (all.length > MOST_SERIES)
    terminal.note(
      styled(
        'yellow',
        `the query has ${all.length} series, of which the first ${MOST_SERIES} in order of their labels are judged: aggregate them, or choose one with --series N`,
      ),
    )
  return numbered.slice(0, MOST_SERIES)
}

/** The samples that there are, and the grid of the range from the first of them on. */
function sampled(
  { values }: LabelledSeries,
  range: TimeRange,
  query: string,
): { readonly samples: Samples; readonly gridded: Gridded } {
  const rows = [...values.keys()].filter((row) => Number.isFinite(values[row]))
  const first = rows[0] ?? 0
  const last = rows.at(-1) ?? 0
  const startMs = range.startMs + first * range.stepMs
  const subject = { cluster: 'prometheus', namespace: '', kind: 'Series', name: 'query' }
  const columns = [{ signal: 'value', values: values.slice(first, last + 1), asked: query }]
  return {
    samples: {
      times: Float64Array.from(rows, (row) => range.startMs + row * range.stepMs),
      values: Float64Array.from(rows, (row) => values[row] ?? Number.NaN),
    },
    gridded: {
      window: { subject, startMs, stepMs: range.stepMs, length: last - first + 1, columns, partial: false },
      rowOf: Int32Array.from(rows, (row) => row - first),
    },
  }
}

function printNamed(terminal: Terminal, number: number, of: number, { labels }: LabelledSeries): void {
  const which = of > 1 ? `series ${number} of ${of}  ` : ''
  terminal.line(which, styled('bold', labelText(labels)))
}
