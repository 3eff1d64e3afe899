import { basename } from 'node:path'
import { arrivalOf, type Level, usageAt } from '../../detection/index.ts'
import { KintsugiError, parseDuration } from '../../domain/index.ts'
import { isTimeZone } from '../../policy/index.ts'
import { onGrid } from '../detect/grid.ts'
import { samplesOf } from '../detect/samples-file.ts'
import { loadedEngines } from '../engines.ts'
import type { Context, ExitCode } from '../verb.ts'
import { printJson, printTable } from './show.ts'

const HOUR_MS = 3_600_000
const AHEAD_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const
const MOST_AHEAD_MS = 28 * 24 * HOUR_MS
const COVERAGE = 0.9

/** Forecasts the samples of a file. Throws KIN-1001, KIN-1002 and KIN-1005. */
export async function forecastFile(context: Context): Promise<ExitCode> {
  const { args, terminal, io } = context
  const asked = askedOf(context)
  const file = args.text('csv') ?? ''
  const { window } = onGrid(await samplesOf(io.cwd, file), basename(file))
  const values = window.columns[0]?.values ?? new Float64Array(0)
  const series: Level = { startMs: window.startMs, stepMs: window.stepMs, values }
  const nowMs = window.startMs + (window.length - 1) * window.stepMs
  const { prophet } = await loadedEngines()
  const usage = usageAt({
    series,
    moments: asked.aheadMs.map((aheadMs) => nowMs + aheadMs),
    coverage: asked.coverage,
    engine: prophet,
    timeZone: asked.timeZone,
  })
  const arrival = asked.limit === undefined ? undefined : arrivalOf(series, asked.limit, asked.coverage)
  const told = { nowMs, limit: asked.limit, coverage: asked.coverage, usage, arrival }
  if (terminal.asJson) printJson(terminal, told)
  else printTable(terminal, told)
  return 0
}

type Asked = {
  readonly aheadMs: readonly number[]
  readonly limit: number | undefined
  readonly coverage: number
  readonly timeZone: string
}

function askedOf({ args }: Context): Asked {
  const ahead = args.list('ahead')
  const limit = args.text('limit')
  const coverage = args.text('coverage')
  return {
    aheadMs: ahead.length === 0 ? AHEAD_MS : ahead.map(aheadOf).sort((a, b) => a - b),
    limit: limit === undefined ? undefined : limitOf(limit),
    coverage: coverage === undefined ? COVERAGE : coverageOf(coverage),
    timeZone: timeZoneOf(args.text('time-zone') ?? 'UTC'),
  }
}

function aheadOf(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0 || ms > MOST_AHEAD_MS)
    throw new KintsugiError('KIN-1001', `--ahead is a duration of at most 28d, such as 6h, not "${text}".`)
  return ms
}

function limitOf(text: string): number {
  const limit = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(limit)) throw new KintsugiError('KIN-1001', `--limit is a number, not "${text}".`)
  return limit
}

function coverageOf(text: string): number {
  const coverage = Number(text)
  if (!(coverage > 0 && coverage < 1))
    throw new KintsugiError('KIN-1001', `--coverage is a share between 0 and 1, not "${text}".`)
  return coverage
}

function timeZoneOf(text: string): string {
  if (isTimeZone(text)) return text
  throw new KintsugiError('KIN-1001', `--time-zone is an IANA zone such as Europe/Zurich, not "${text}".`)
}
