import { join } from 'node:path'
import { diskShelf } from '../../src/adapters/shelf/index.ts'
import { loadedEngines } from '../../src/cli/engines.ts'
import { AnswerBook } from '../../src/controller/answer-book.ts'
import type { OpenCase } from '../../src/controller/fitting.ts'
import { seriesName } from '../../src/controller/histories.ts'
import {
  type Answer,
  answers,
  askKey,
  asksFor,
  detectors,
  FITTED_ON_MS,
  type Window,
} from '../../src/detection/index.ts'
import { PLAIN_LEARNING, SIGNALS, type SignalId } from '../../src/domain/index.ts'
import { k8s16 } from '../k8s16/generate.ts'

const PER_DAY = 288
export const PER_HOUR = 12
const JUDGED = 3 * PER_HOUR
const READ = JUDGED + 49 * PER_HOUR
/** The row that the first tick judges: behind three weeks and a day, at an hour when nothing is out of the ordinary. */
const FIRST = 22 * PER_DAY + 150
export const TICKS = 12

/** The seeds' metrics by names of ours: only those can be told of. */
function renamed(window: Window): Window<SignalId> {
  const names = Object.keys(SIGNALS) as SignalId[] // of a record by signal
  const columns = window.columns.map((column, at) => {
    const signal = names[at]
    if (signal === undefined) throw new RangeError('there are fewer signals than metrics')
    return { ...column, signal }
  })
  return { ...window, columns }
}

/** The windows of workloads as a tick reads them: few are told apart, each has samples of its own. */
export class Fleet {
  readonly #kinds: readonly Window<SignalId>[]
  readonly #workloads: number

  constructor(workloads: number, kinds: number) {
    this.#workloads = workloads
    this.#kinds = Array.from({ length: kinds }, (_, at) => renamed(k8s16(at + 1, []).window))
  }

  get kinds(): number {
    return this.#kinds.length
  }

  kind(at: number): Window<SignalId> {
    const window = this.#kinds[at % this.#kinds.length]
    if (window === undefined) throw new RangeError('a fleet has one kind at least')
    return window
  }

  /** What has to be judged at a tick: fresh arrays, as an answer of Prometheus gives them. */
  cases(tick: number): OpenCase[] {
    return Array.from({ length: this.#workloads }, (_, at) => caseOf(this.kind(at), at, this.kinds, FIRST + tick + 1))
  }
}

function caseOf(kind: Window<SignalId>, at: number, kinds: number, end: number): OpenCase {
  const window = {
    ...kind,
    subject: { cluster: 'bench', namespace: `ns-${at % 40}`, kind: 'Deployment', name: `workload-${at}` },
    startMs: kind.startMs + (end - READ) * kind.stepMs,
    length: READ,
    columns: kind.columns.map((column) => ({ ...column, values: column.values.slice(end - READ, end) })),
  }
  const from = READ - JUDGED
  const seed = at % kinds
  const asks = asksFor(detectors, window, from, seed)
  const nowMs = window.startMs + (READ - 1) * window.stepMs
  const terms = { learning: PLAIN_LEARNING, events: [] }
  return { name: seriesName(window.subject), voters: detectors, terms, window, nowMs, seed, from, asks, absent: [] }
}

export function sinceOf([first]: readonly OpenCase[]): number {
  return first?.window.startMs ?? 0
}

export function shelfAt(dir: string) {
  return diskShelf({ dir: join(dir, 'models'), mostBytes: 8 * 1024 ** 3, mostEntries: 1_000_000 })
}

/** Fits each kind once, and puts its models on the shelf for every workload of that kind. Gives the CPU seconds of a fit. */
export async function fitFleet(fleet: Fleet, dir: string, say: (text: string) => void): Promise<number> {
  const engines = await loadedEngines()
  const known = shelfAt(join(dir, 'kinds'))
  let spent = 0
  const found: Answer[][] = []
  for (let at = 0; at < fleet.kinds; at += 1) {
    const own: Answer[] = []
    for (const ask of asksOf(fleet, at)) {
      const name = `${at}/${askKey(ask)}`
      const kept = await known.get(name)
      const begun = process.cpuUsage()
      // The cast: what this very function put there.
      const made = (kept as Answer[] | undefined) ?? [
        ...answers(detectors, { window: fleet.kind(at), asks: [ask], seed: at, fittedOnMs: FITTED_ON_MS }, engines),
      ]
      if (kept === undefined) await known.put(name, made)
      const { user, system } = process.cpuUsage(begun)
      spent += (user + system) / 1e6
      own.push(...made)
    }
    say(`kind ${at + 1} of ${fleet.kinds} is fitted`)
    found.push(own)
  }
  const shelf = shelfAt(dir)
  const book = new AnswerBook({ shelf, mostBytes: 1 })
  for (const [at, { name, asks }] of fleet.cases(0).entries()) {
    const own = found[at % fleet.kinds] ?? []
    await book.keep(name, [...asks, ...own], own)
  }
  return spent / fleet.kinds
}

/** All that is asked for from the first tick to the last. */
function asksOf(fleet: Fleet, kind: number) {
  const asks = [0, TICKS].flatMap((tick) => fleet.cases(tick)[kind]?.asks ?? [])
  return new Map(asks.map((ask) => [askKey(ask), ask])).values()
}
