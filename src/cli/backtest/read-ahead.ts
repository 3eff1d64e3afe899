import {
  gridLength,
  isErrorCode,
  isWithin,
  KintsugiError,
  laneOf,
  type Series,
  type SignalAnswer,
  type SignalId,
  type TimeRange,
} from '../../domain/index.ts'
import type { Metrics, MetricsScope } from '../../ports/index.ts'

/** So many points are read at once beyond what is asked: a day of the ticks' minutes, five days of the models' history. */
const AHEAD_POINTS = 1440

/**
 * Metrics that ask their source for long stretches and answer each moment out of them: what is given for a range holds nothing from after it.
 * Nothing is read beyond `untilMs`. What the source could not answer is thrown, since a past with holes of our own making would be a wrong one.
 * Whoever asks for some of a set is answered out of the whole of it, so that what is read does not hang on what is found; whoever asks for
 * points that lie further apart than those that are held already, out of those.
 */
export function readAhead(source: Metrics, untilMs: number, sets: readonly (readonly SignalId[])[] = []): Metrics {
  const held = new Map<string, Held>()
  const smallestFirst = [...sets].sort((a, b) => a.length - b.length)
  return {
    cluster: source.cluster,
    async read(asked, range, scope) {
      const ids = smallestFirst.find((set) => asked.every((id) => set.includes(id))) ?? asked
      const names = ids.join(' ')
      const stepMs = [...held.values()].find((one) => one.names === names && one.holds(range))?.stepMs ?? range.stepMs
      const key = `${stepMs} ${names}`
      const known = held.get(key) ?? new Held(source, ids, stepMs, untilMs)
      held.set(key, known)
      await known.reach({ ...range, stepMs })
      return known.slice(asked, range, scope)
    },
  }
}

/** What the source said of a stretch. */
type Said = Pick<SignalAnswer, 'status' | 'problem'> & { readonly fromMs: number; readonly toMs: number }
type Kept = { readonly asked: string; readonly said: readonly Said[]; readonly series: ReadonlyMap<string, Series> }

class Held {
  readonly #source: Metrics
  readonly #ids: readonly SignalId[]
  readonly names: string
  readonly stepMs: number
  readonly #untilMs: number
  #range: TimeRange | undefined
  /** The newest moment that was asked for, and how far back from it questions go. */
  #nowMs = Number.NEGATIVE_INFINITY
  #longestMs = 0
  #kept = new Map<SignalId, Kept>()

  constructor(source: Metrics, ids: readonly SignalId[], stepMs: number, untilMs: number) {
    this.#source = source
    this.#ids = ids
    this.names = ids.join(' ')
    this.stepMs = stepMs
    this.#untilMs = Math.floor(untilMs / stepMs) * stepMs
  }

  /** Whether every point of the range is one of these. */
  holds({ startMs, stepMs }: TimeRange): boolean {
    return stepMs % this.stepMs === 0 && startMs % this.stepMs === 0
  }

  /** Sees to it that the whole range is there; what no later question can want is let go. */
  async reach(range: TimeRange): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, range.endMs)
    this.#longestMs = Math.max(this.#longestMs, this.#nowMs - range.startMs)
    const { startMs, endMs } = this.#range ?? { startMs: range.startMs, endMs: range.startMs - this.stepMs }
    if (range.startMs < startMs) await this.#add(range.startMs, startMs - this.stepMs)
    if (range.endMs > endMs) await this.#add(endMs + this.stepMs, this.#aheadOf(range.endMs))
  }

  #aheadOf(endMs: number): number {
    return Math.max(endMs, Math.min(this.#untilMs, endMs + AHEAD_POINTS * this.stepMs))
  }

  /** Puts a stretch before or behind what is there. */
  async #add(startMs: number, endMs: number): Promise<void> {
    const now = this.#range
    const stepMs = this.stepMs
    const fresh = { startMs, endMs, stepMs }
    const whole = {
      startMs: Math.max(Math.min(startMs, now?.startMs ?? startMs), this.#nowMs - this.#longestMs),
      endMs: Math.max(endMs, now?.endMs ?? endMs),
      stepMs,
    }
    const answers = await this.#source.read(this.#ids, fresh)
    this.#kept = new Map(
      answers.map((answer) => [answer.signal, joined(this.#kept.get(answer.signal), answered(answer), fresh, whole)]),
    )
    this.#range = whole
  }

  slice(asked: readonly SignalId[], range: TimeRange, scope: MetricsScope | undefined): readonly SignalAnswer[] {
    return asked.map((signal) => {
      const kept = this.#kept.get(signal)
      if (kept === undefined) return { signal, status: 'empty', series: [], asked: '' }
      const series = [...kept.series.values()].flatMap((one) => sliced(one, range, scope) ?? [])
      const said = kept.said.find(({ status, fromMs, toMs }) => {
        return status === 'partial' && fromMs <= range.endMs && range.startMs <= toMs
      })
      if (said !== undefined)
        return { signal, series, asked: kept.asked, status: 'partial', problem: said.problem ?? 'data is missing' }
      return { signal, series, asked: kept.asked, status: series.length === 0 ? 'empty' : 'ok' }
    })
  }
}

function answered(answer: SignalAnswer): SignalAnswer {
  if (answer.status !== 'error') return answer
  const [, code = '', says = ''] = /^(KIN-\d{4}) (.*)$/s.exec(answer.problem ?? '') ?? []
  throw new KintsugiError(
    isErrorCode(code) ? code : 'KIN-3001',
    `${answer.signal}: ${says === '' ? (answer.problem ?? 'no answer') : says}`,
  )
}

function joined(before: Kept | undefined, answer: SignalAnswer, fresh: TimeRange, whole: TimeRange): Kept {
  const series = new Map<string, Series>()
  for (const one of [...(before?.series.values() ?? []), ...answer.series]) {
    const key = JSON.stringify([laneOf(one.subject), one.subject.container, one.labels])
    const there = series.get(key) ?? {
      ...one,
      startMs: whole.startMs,
      values: new Float64Array(gridLength(whole)).fill(Number.NaN),
    }
    const offset = (one.startMs - whole.startMs) / whole.stepMs
    there.values.set(offset < 0 ? one.values.subarray(-offset) : one.values, Math.max(0, offset))
    series.set(key, there)
  }
  const { status, problem } = answer
  const said: Said = { status, fromMs: fresh.startMs, toMs: fresh.endMs, ...(problem === undefined ? {} : { problem }) }
  const earlier = (before?.said ?? []).filter(({ toMs }) => toMs >= whole.startMs)
  return { asked: answer.asked, said: [...earlier, said], series }
}

/** The part of a series that lies in the range; undefined where it has no sample there. */
function sliced(series: Series, range: TimeRange, scope: MetricsScope | undefined): Series | undefined {
  if (!isWithin(series.subject, scope)) return undefined
  const first = (range.startMs - series.startMs) / series.stepMs
  const each = range.stepMs / series.stepMs
  const values =
    each === 1
      ? series.values.subarray(first, first + gridLength(range))
      : Float64Array.from({ length: gridLength(range) }, (_, at) => series.values[first + at * each] ?? Number.NaN)
  for (const value of values)
    if (Number.isFinite(value)) return { ...series, startMs: range.startMs, stepMs: range.stepMs, values }
  return undefined
}
