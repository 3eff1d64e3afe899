import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  gridLength,
  isJsonObject,
  isWithin,
  type JsonValue,
  KintsugiError,
  laneOf,
  type Series,
  type SignalAnswer,
  type SignalId,
  type TimeRange,
} from '../../domain/index.ts'
import type { Metrics, MetricsScope } from '../../ports/index.ts'
import { INDEX_FILE, MOST_SLICE_BYTES, MOST_SLICES, type RecordingFile, SLICE_NAME, type SliceEntry } from './format.ts'
import { readSlice, WrongLine } from './read-slice.ts'

const unpacked = promisify(gunzip)

export type Recording = {
  readonly fromMs: number
  readonly untilMs: number
  /** The answers, as metrics of a cluster of this name. A range that was not recorded is an answer with an error. */
  metrics(cluster: string): Metrics
}

/** Opens the recording of a folder; a slice has at most so many bytes when it is unpacked. Throws KIN-1002 and KIN-1006. */
export async function openRecording(folder: string, mostSliceBytes = MOST_SLICE_BYTES): Promise<Recording> {
  const index = readIndex(await contentOf(join(folder, INDEX_FILE)), folder)
  return {
    fromMs: index.fromMs,
    untilMs: index.untilMs,
    metrics: (cluster) => new Recorded(folder, index, cluster, mostSliceBytes),
  }
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${path} cannot be read: it is made by kintsugi backtest --record`, { cause })
  }
}

function readIndex(content: Buffer, folder: string): RecordingFile {
  const wrong = () => new KintsugiError('KIN-1006', `${join(folder, INDEX_FILE)} is not that of a recording`)
  let value: JsonValue
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch {
    throw wrong()
  }
  if (!isJsonObject(value) || value['schemaVersion'] !== 1) throw wrong()
  const { fromMs, untilMs, slices } = value
  if (!isMoment(fromMs) || !isMoment(untilMs) || !Array.isArray(slices) || slices.length > MOST_SLICES) throw wrong()
  return { schemaVersion: 1, fromMs, untilMs, slices: slices.map((one) => sliceOf(one) ?? raise(wrong())) }
}

function raise(error: Error): never {
  throw error
}

/** Moments that have a text. */
function isMoment(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= 8.64e15
}

const MOST_POINTS = 1_000_000

function sliceOf(value: JsonValue): SliceEntry | undefined {
  if (!isJsonObject(value)) return undefined
  const { file, startMs, endMs, stepMs, signals } = value
  if (typeof file !== 'string' || !SLICE_NAME.test(file) || !Array.isArray(signals)) return undefined
  if (!isMoment(startMs) || !isMoment(endMs) || !isMoment(stepMs) || stepMs < 1 || endMs < startMs) return undefined
  if ((endMs - startMs) % stepMs !== 0 || (endMs - startMs) / stepMs > MOST_POINTS) return undefined
  return { file, startMs, endMs, stepMs, signals: signals.filter((one) => typeof one === 'string') }
}

/** So many slices are held at once: those of two grids, each with its neighbour. */
const MOST_HELD = 4

class Recorded implements Metrics {
  readonly cluster: string
  readonly #folder: string
  readonly #index: RecordingFile
  readonly #mostBytes: number
  readonly #held = new Map<string, Promise<readonly SignalAnswer[]>>()

  constructor(folder: string, index: RecordingFile, cluster: string, mostBytes: number) {
    this.cluster = cluster
    this.#mostBytes = mostBytes
    this.#folder = folder
    this.#index = index
  }

  async read(ids: readonly SignalId[], range: TimeRange, scope?: MetricsScope): Promise<readonly SignalAnswer[]> {
    const there = this.#index.slices.filter(
      ({ stepMs, startMs, endMs }) => stepMs === range.stepMs && startMs <= range.endMs && range.startMs <= endMs,
    )
    // A signal that was not known when it was made has no series in it.
    const known = new Set(this.#index.slices.flatMap(({ stepMs, signals }) => (stepMs === range.stepMs ? signals : [])))
    const read: { readonly slice: SliceEntry; readonly answers: readonly SignalAnswer[] }[] = []
    for (const slice of there) read.push({ slice, answers: await this.#slice(slice) })
    return ids.map((signal) => {
      if (known.size > 0 && !known.has(signal)) return { signal, status: 'empty', series: [], asked: '' }
      const parts = read.filter(({ slice }) => slice.signals.includes(signal))
      const gap = firstGap(
        parts.map(({ slice }) => slice),
        range,
      )
      if (gap !== undefined) return notRecorded(signal, gap)
      const told = parts.flatMap(({ answers }) => answers.filter((one) => one.signal === signal))
      return joined(signal, told, range, scope)
    })
  }

  #slice(slice: SliceEntry): Promise<readonly SignalAnswer[]> {
    const known = this.#held.get(slice.file)
    if (known !== undefined) return known
    const reading = this.#read(slice)
    this.#held.set(slice.file, reading)
    for (const file of this.#held.keys()) {
      if (this.#held.size <= MOST_HELD) break
      this.#held.delete(file)
    }
    return reading
  }

  async #read(slice: SliceEntry): Promise<readonly SignalAnswer[]> {
    const path = join(this.#folder, slice.file)
    const content = await contentOf(path)
    try {
      const text = (await unpacked(content, { maxOutputLength: this.#mostBytes })).toString('utf8')
      return readSlice(text, slice, this.cluster)
    } catch (cause) {
      const why = cause instanceof WrongLine ? cause.message : 'it cannot be unpacked'
      throw new KintsugiError('KIN-1006', `${path}: ${why}`, { cause })
    }
  }
}

/** The first point of the range that none of the slices has. */
function firstGap(slices: readonly SliceEntry[], range: TimeRange): number | undefined {
  let nextMs = range.startMs
  for (const { startMs, endMs, stepMs } of [...slices].sort((a, b) => a.startMs - b.startMs)) {
    if (startMs > nextMs) break
    nextMs = Math.max(nextMs, endMs + stepMs)
  }
  return nextMs > range.endMs ? undefined : nextMs
}

function notRecorded(signal: SignalId, gapMs: number): SignalAnswer {
  const problem = `KIN-1006 the recording has nothing of it at ${new Date(gapMs).toISOString()}`
  return { signal, status: 'error', series: [], asked: '', problem }
}

function joined(
  signal: SignalId,
  told: readonly SignalAnswer[],
  range: TimeRange,
  scope: MetricsScope | undefined,
): SignalAnswer {
  const series = new Map<string, Series>()
  for (const one of told.flatMap((answer) => answer.series)) {
    if (!isWithin(one.subject, scope)) continue
    const key = JSON.stringify([laneOf(one.subject), one.subject.container, one.labels])
    const there = series.get(key) ?? {
      ...one,
      startMs: range.startMs,
      values: new Float64Array(gridLength(range)).fill(Number.NaN),
    }
    const offset = (one.startMs - range.startMs) / range.stepMs
    const from = Math.max(0, -offset)
    const part = one.values.subarray(from, Math.min(one.values.length, there.values.length - offset))
    there.values.set(part, Math.max(0, offset))
    series.set(key, there)
  }
  const worst = (['error', 'partial'] as const).flatMap((status) => told.find((one) => one.status === status) ?? [])[0]
  const asked = told.at(-1)?.asked ?? ''
  const found = [...series.values()].filter(({ values }) => values.some(Number.isFinite))
  if (worst === undefined) return { signal, status: found.length === 0 ? 'empty' : 'ok', series: found, asked }
  const { status, problem = 'data is missing' } = worst
  return { signal, status, series: status === 'error' ? [] : found, asked, problem }
}
