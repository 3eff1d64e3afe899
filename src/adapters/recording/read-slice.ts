import {
  gridLength,
  isJsonObject,
  isSignalId,
  type JsonObject,
  type JsonValue,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  signalInfo,
  type TimeRange,
} from '../../domain/index.ts'

const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
const KIND = /^(?:[a-z0-9.-]{1,100}\/)?[A-Za-z]{1,63}$/
const MOST_TEXT = 20_000
const STATUSES = ['ok', 'partial', 'empty', 'error'] as const

/** What is wrong with a line, in words. */
export class WrongLine extends Error {}

/** The answers that the lines of a slice tell. Throws WrongLine. */
export function readSlice(text: string, range: TimeRange, cluster: string): readonly SignalAnswer[] {
  const answers: { head: Omit<SignalAnswer, 'series'>; series: Series[] }[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const value = parsed(line)
    if (Object.hasOwn(value, 'of')) {
      const last = answers.at(-1)
      const series = seriesOf(value, range, cluster)
      if (last?.head.signal !== series.signal) throw new WrongLine('a series does not follow its signal')
      last.series.push(series)
    } else answers.push({ head: headOf(value), series: [] })
  }
  return answers.map(({ head, series }) => ({ ...head, series }))
}

function parsed(line: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(line)
    if (isJsonObject(value)) return value
  } catch {
    // Said below.
  }
  throw new WrongLine('a line is no JSON object')
}

function signalOf(value: JsonValue | undefined): SignalId {
  if (typeof value === 'string' && isSignalId(value)) return value
  throw new WrongLine('a line is about no signal that is known')
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string' && value.length <= MOST_TEXT) return value
  throw new WrongLine('a text is missing or too long')
}

function headOf(value: JsonObject): Omit<SignalAnswer, 'series'> {
  const status = STATUSES.find((one) => one === value['status'])
  if (status === undefined) throw new WrongLine('a signal has no status')
  const head = { signal: signalOf(value['signal']), status, asked: textOf(value['asked']) }
  return value['problem'] === undefined ? head : { ...head, problem: textOf(value['problem']) }
}

function seriesOf(value: JsonObject, range: TimeRange, cluster: string): Series {
  const signal = signalOf(value['of'])
  const { startMs, stepMs } = range
  const labels = labelsOf(value['labels'], signal)
  return {
    ...{ signal, subject: subjectOf(value, signal, cluster), startMs, stepMs },
    values: valuesOf(value['first'], value['values'], gridLength(range)),
    ...(labels === undefined ? {} : { labels }),
  }
}

function subjectOf({ namespace, kind, name, container }: JsonObject, signal: SignalId, cluster: string): Subject {
  const isName = (one: JsonValue | undefined): one is string => typeof one === 'string' && NAME.test(one)
  if (!isName(namespace) || !isName(name) || typeof kind !== 'string' || !KIND.test(kind))
    throw new WrongLine('a series is about no workload')
  const subject = { cluster, namespace, kind, name }
  if (signalInfo(signal).level !== 'container') return subject
  if (!isName(container)) throw new WrongLine('a series is about no container')
  return { ...subject, container }
}

function labelsOf(value: JsonValue | undefined, signal: SignalId): Readonly<Record<string, string>> | undefined {
  const names: readonly string[] = signalInfo(signal).labels ?? []
  if (names.length === 0) return undefined
  const told = isJsonObject(value) ? value : {}
  return Object.fromEntries(names.map((name) => [name, textOf(Object.hasOwn(told, name) ? told[name] : '')]))
}

function valuesOf(first: JsonValue | undefined, told: JsonValue | undefined, length: number): Float64Array {
  const values = new Float64Array(length).fill(Number.NaN)
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 0 || !Array.isArray(told))
    throw new WrongLine('a series has no values')
  if (first + told.length > length) throw new WrongLine('a series is longer than its slice')
  for (const [at, value] of told.entries()) {
    if (typeof value === 'number') values[first + at] = value
    else if (value !== null) throw new WrongLine('a value is no number')
  }
  return values
}
