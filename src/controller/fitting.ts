import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  type Ask,
  answers,
  type Detector,
  FITTED_ON_MS,
  NO_ENGINES,
  type Window,
} from '../detection/index.ts'
import { rangeEndingAt, type SignalId } from '../domain/index.ts'
import type { Compute } from '../ports/index.ts'
import type { AnswerBook } from './answer-book.ts'
import type { ControllerDeps } from './deps.ts'
import { historiesOf, mostAtOnce, seriesName } from './histories.ts'
import type { Memory } from './memory.ts'
import type { Terms } from './model-terms.ts'

/** A series that is to be judged, with what has to be known for it. */
export type OpenCase = {
  readonly name: string
  readonly voters: readonly Detector[]
  readonly terms: Terms
  readonly window: Window<SignalId>
  readonly nowMs: number
  readonly seed: number
  /** The first row that is judged. */
  readonly from: number
  /** All that its rows are judged with, and of that what is needed now and known nowhere. */
  readonly asks: readonly Ask[]
  readonly absent: readonly Ask[]
}

/** What one series waits for. */
type Wait = { readonly one: OpenCase; readonly sinceMs: number; tried: boolean }

/** Fits that are not there yet. */
export type Fitting = {
  /** By the name of the series. */
  wanted: Map<string, Wait>
  /** How many series each namespace has. */
  sizes: ReadonlyMap<string, number>
  /** Whether fits are under way beside the ticks. */
  running: boolean
}

/** Says what is missing now; what was wanted before and is not any more is not fitted. */
export function want(fitting: Fitting, cases: readonly OpenCase[], sizes: ReadonlyMap<string, number>): void {
  const before = fitting.wanted
  fitting.sizes = sizes
  fitting.wanted = new Map(
    cases.map((one) => [one.name, { one, sinceMs: before.get(one.name)?.sinceMs ?? one.nowMs, tried: false }]),
  )
}

/**
 * Sees to it that what is wanted is fitted. Where nothing waits for the result, that goes on beside the ticks, and models abstain meanwhile:
 * fits of a thousand workloads take hours, and what the rules ask for is not held up by them.
 */
export async function learn(deps: ControllerDeps, memory: Memory): Promise<void> {
  if (deps.fits !== 'beside') return fitWanted(deps, memory)
  const { fitting } = memory
  if (fitting.running) return
  fitting.running = true
  fitWanted(deps, memory)
    // Whatever stopped it stops no tick; the next one begins anew.
    .catch(() => undefined)
    .finally(() => {
      fitting.running = false
    })
}

/** Some series of one namespace after the other, whatever has waited longest first, until each was tried once since the last tick. */
async function fitWanted(deps: ControllerDeps, memory: Memory): Promise<void> {
  const { fitting } = memory
  for (;;) {
    const next = nextOf(fitting, memory.models)
    if (next.length === 0 || !(await fitSome(deps, memory, next))) return
  }
}

function nextOf({ wanted }: Fitting, book: AnswerBook): readonly Wait[] {
  const untried = [...wanted.values()].filter(({ one, tried }) => !tried && missing(book, one).length > 0)
  const waiting = untried.sort((a, b) => a.sinceMs - b.sinceMs)
  const [first] = waiting
  if (first === undefined) return []
  const near = waiting.filter(({ one }) => one.window.subject.namespace === first.one.window.subject.namespace)
  return near.slice(0, mostAtOnce(rangeFor(near)))
}

/** From what the oldest of the fits is made of, until now. */
function rangeFor(waits: readonly Wait[]) {
  const moments = waits.flatMap(({ one }) => one.absent.map(({ upToMs }) => upToMs))
  const nowMs = Math.max(...waits.map(({ one }) => one.nowMs))
  const stepMs = waits[0]?.one.window.stepMs ?? 1
  return rangeEndingAt(nowMs, nowMs - Math.min(nowMs, ...moments) + FITTED_ON_MS + stepMs, stepMs)
}

/** False when no fit came back: whoever fits is gone, and asking on is in vain. */
async function fitSome(deps: ControllerDeps, memory: Memory, waits: readonly Wait[]): Promise<boolean> {
  const byName = new Map(waits.map((wait) => [wait.one.name, wait]))
  for (const wait of waits) wait.tried = true
  const namespace = waits[0]?.one.window.subject.namespace ?? ''
  const { windows, incomplete } = await historiesOf(deps.site.history ?? deps.site.metrics, {
    namespace,
    range: rangeFor(waits),
    wanted: new Set(byName.keys()),
    series: memory.fitting.sizes.get(namespace) ?? waits.length,
    mostSamples: deps.config.detection.budget.samplesPerRequest,
  })
  const answered = await Promise.all(
    windows.map(async (window) => {
      const one = byName.get(seriesName(window.subject))?.one
      return one === undefined ? undefined : fitOne(deps, memory, one, window, incomplete)
    }),
  )
  return answered.every((came) => came === undefined) || answered.includes(true)
}

async function fitOne(
  deps: ControllerDeps,
  memory: Memory,
  one: OpenCase,
  window: Window,
  incomplete: boolean,
): Promise<boolean> {
  const asks = missing(memory.models, one)
  const job = { window, seed: one.seed, fittedOnMs: FITTED_ON_MS, learning: one.terms.learning }
  // Each by itself: one that dies or takes too long takes no other with it.
  const each = await Promise.all(asks.map((ask) => answersTo(deps.compute, one.voters, { ...job, asks: [ask] })))
  const found = each.flat()
  // What was asked for may have changed meanwhile.
  const wait = memory.fitting.wanted.get(one.name)
  await memory.models.keep(one.name, wait?.one.asks ?? one.asks, found, incomplete)
  if (wait !== undefined && missing(memory.models, wait.one).length === 0) memory.fitting.wanted.delete(one.name)
  return found.length > 0
}

function missing(book: AnswerBook, { name, absent }: OpenCase): readonly Ask[] {
  return absent.filter((ask) => !book.knows(name, ask))
}

/** In line where there is no Compute. A worker that died has no voice this time: its models abstain, which is never an anomaly. */
async function answersTo(
  compute: Compute | undefined,
  voters: readonly Detector[],
  job: AnswerJob,
): Promise<readonly Answer[]> {
  if (compute === undefined) return answers(voters, job, NO_ENGINES)
  try {
    return await compute.fit<AnswerJob, readonly Answer[]>(ANSWERS, job)
  } catch {
    return []
  }
}
