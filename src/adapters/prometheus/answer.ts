import { gridLength, type TimeRange } from '../../domain/index.ts'

/** One series of an answer on the grid that was asked; NaN where there is no finite sample. */
export type Row = { readonly labels: ReadonlyMap<string, string>; readonly values: Float64Array }

/** `problem` says what is not as Prometheus answers it. Notes of level info are no warnings: the data is complete. */
export type Matrix =
  | { readonly parsed: true; readonly rows: readonly Row[]; readonly warnings: readonly string[] }
  | { readonly parsed: false; readonly problem: string }

class WrongShape extends Error {}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const NOT_FINITE = /^(?:NaN|[+-]?Inf)$/

/** A field of a parsed JSON object itself, never of its prototype. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new WrongShape(`${what} is not a list`)
  return value
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new WrongShape(/^\s*</.test(body) ? 'the answer is a web page' : 'the answer is not JSON')
  }
}

/**
 * Prometheus adds in no fixed order, so the last digits of a sum differ from one answer to the next. Whole numbers are
 * exact and stay; others keep nine digits, so that the same data gives the same value.
 */
function steady(number: number): number {
  if (Number.isInteger(number)) return number
  return Number.isFinite(number) ? Number(number.toPrecision(9)) : Number.NaN
}

function sampleValue(value: unknown): number {
  if (typeof value !== 'string') throw new WrongShape('a sample value is not a text')
  if (NUMBER.test(value)) {
    return steady(Number(value))
  }
  if (NOT_FINITE.test(value)) return Number.NaN
  throw new WrongShape('a sample value is not a number')
}

function rowOf(series: unknown, range: TimeRange): Row {
  const metric = field(series, 'metric')
  if (typeof metric !== 'object' || metric === null) throw new WrongShape('a series has no labels')
  const labels = new Map<string, string>()
  for (const [name, value] of Object.entries(metric)) {
    if (typeof value !== 'string') throw new WrongShape('a label is not a text')
    labels.set(name, value)
  }
  const values = new Float64Array(gridLength(range)).fill(Number.NaN)
  let last = -1
  for (const sample of list(field(series, 'values'), 'what a series holds')) {
    const [at, value] = list(sample, 'a sample')
    if (typeof at !== 'number') throw new WrongShape('a sample has no time')
    const index = (Math.round(at * 1000) - range.startMs) / range.stepMs
    if (!Number.isInteger(index) || index < 0 || index >= values.length)
      throw new WrongShape('a sample is not at one of the asked times')
    if (index <= last) throw new WrongShape('samples are not in the order of their times')
    values[index] = sampleValue(value)
    last = index
  }
  return { labels, values }
}

/** Reads the body of a query_range answer. Hostile bodies give `parsed: false`, never an exception. */
export function parseMatrix(body: string, range: TimeRange): Matrix {
  try {
    const answer = parseJson(body)
    if (field(answer, 'status') !== 'success') throw new WrongShape('the status is not success')
    const data = field(answer, 'data')
    if (field(data, 'resultType') !== 'matrix') throw new WrongShape('the result is not a matrix')
    const rows = list(field(data, 'result'), 'the result').map((series) => rowOf(series, range))
    const warnings = list(field(answer, 'warnings') ?? [], 'warnings').map(String)
    return { parsed: true, rows, warnings }
  } catch (error) {
    if (error instanceof WrongShape) return { parsed: false, problem: error.message }
    throw error
  }
}

/** The seconds of an instant query for a number, such as `time()`; undefined for any other answer. */
export function parseScalar(body: string): number | undefined {
  try {
    const data = field(parseJson(body), 'data')
    if (field(data, 'resultType') !== 'scalar') return undefined
    const value = list(field(data, 'result'), 'the result')[1]
    return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined
  } catch (error) {
    if (error instanceof WrongShape) return undefined
    throw error
  }
}

/** Whether an instant query answered with at least one series. */
export function hasSeries(body: string): boolean {
  try {
    const data = field(parseJson(body), 'data')
    return field(data, 'resultType') === 'vector' && list(field(data, 'result'), 'the result').length > 0
  } catch (error) {
    if (error instanceof WrongShape) return false
    throw error
  }
}
