import { KintsugiError } from '../../domain/index.ts'

/** Samples as they were written, in order of time. NaN is a sample without a value. */
export type Samples = { readonly times: Float64Array; readonly values: Float64Array }

/** More than this in one file is a mistake, or a job for a query with a coarser step. */
const MOST_SAMPLES = 5_000_000
/** Later than this in seconds would be the year 5138: such a number is milliseconds. */
const LATEST_SECONDS = 1e11
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const NO_VALUE = /^(?:[+-]?(?:nan|inf|infinity)|null)?$/i
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * Reads `timestamp,value[,label]`, a line each, with or without a header; a label is not read. Timestamps are epoch seconds or milliseconds,
 * or ISO 8601 (without a zone: UTC). A value may be missing, NaN or infinite: there is no sample then. Lines may be out of order.
 * Throws KIN-1005 with line and column.
 */
export function readCsv(text: string, file: string): Samples {
  const times: number[] = []
  const values: number[] = []
  let line = 0
  for (const whole of lines(text)) {
    line += 1
    if (whole === '' || (line === 1 && isHeader(whole))) continue
    const comma = whole.indexOf(',')
    if (comma < 0) throw unreadable(file, line, 1, 'there is no comma between a timestamp and a value')
    const end = whole.indexOf(',', comma + 1)
    const atMs = momentOf(whole.slice(0, comma).trim())
    if (atMs === undefined) throw unreadable(file, line, 1, `"${shown(whole.slice(0, comma))}" is no timestamp`)
    const value = numberOf(whole.slice(comma + 1, end < 0 ? undefined : end).trim())
    if (value === undefined)
      throw unreadable(
        file,
        line,
        comma + 2,
        `"${shown(whole.slice(comma + 1, end < 0 ? undefined : end))}" is no number`,
      )
    if (times.push(atMs) > MOST_SAMPLES) throw unreadable(file, line, 1, `there are more than ${MOST_SAMPLES} samples`)
    values.push(value)
  }
  return inOrder(times, values)
}

function* lines(text: string): Generator<string> {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (let from = start; from < text.length; ) {
    const newline = text.indexOf('\n', from)
    const to = newline < 0 ? text.length : newline
    yield text.slice(from, text[to - 1] === '\r' ? to - 1 : to)
    from = to + 1
  }
}

function isHeader(line: string): boolean {
  const first = line.slice(0, line.indexOf(',')).trim()
  return momentOf(first) === undefined && /^[a-z_"' ]+$/i.test(first)
}

/** Epoch seconds or milliseconds, or ISO 8601, as epoch milliseconds. */
export function momentOf(text: string): number | undefined {
  if (NUMBER.test(text)) {
    const number = Number(text)
    if (!Number.isFinite(number)) return undefined
    return Math.abs(number) < LATEST_SECONDS ? number * 1000 : number
  }
  const iso = ISO.exec(text)
  if (iso === null) return undefined
  const zoned = iso[1] === undefined && text.length > 10 ? `${text}Z` : text
  const atMs = Date.parse(zoned.replace(' ', 'T'))
  return Number.isFinite(atMs) ? atMs : undefined
}

function numberOf(text: string): number | undefined {
  if (NUMBER.test(text)) {
    const number = Number(text)
    return Number.isFinite(number) ? number : Number.NaN
  }
  return NO_VALUE.test(text) ? Number.NaN : undefined
}

function inOrder(times: readonly number[], values: readonly number[]): Samples {
  const ascending = times.every((atMs, at) => at === 0 || (times[at - 1] ?? 0) <= atMs)
  if (ascending) return { times: Float64Array.from(times), values: Float64Array.from(values) }
  const order = times.map((_, at) => at).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
  return {
    times: Float64Array.from(order, (at) => times[at] ?? Number.NaN),
    values: Float64Array.from(order, (at) => values[at] ?? Number.NaN),
  }
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function unreadable(file: string, line: number, column: number, why: string): KintsugiError {
  return new KintsugiError('KIN-1005', `${why}.`, { at: { file, line, column } })
}
