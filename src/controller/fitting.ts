import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  type Ask,
  answers,
  DENSE_MS,
  type Detector,
  FITTED_ON_MS,
  NO_ENGINES,
  type Window,
} from '../detection/index.ts'
import { rangeEndingAt, type SignalId, type Subject } from '../domain/index.ts'
import type { Compute } from '../ports/index.ts'
import type { AnswerBook } from './answer-book.ts'
import type { ControllerDeps } from './deps.ts'
import { historiesOf, mostAtOnce, seriesName } from './histories.ts'
import type { Memory } from './memory.ts'
import type { Terms } from './model-terms.ts'
import { type ReadingGroup, readingGroup, type SeriesNames } from './reading-group.ts'

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
  names: SeriesNames
  /** Whether fits are under way beside the ticks. */
  running: boolean
}

/** Says what is missing now; what was wanted before and is not any more is not fitted. */
export function want(fitting: Fitting, cases: readonly OpenCase[], names: Fitting['names']): void {
  const before = fitting.wanted
  fitting.names = names
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

/** Some series after others, whatever has waited longest first, until each was tried once since the last tick. */
async function fitWanted(deps: ControllerDeps, memory: Memory): Promise<void> {
  const { fitting } = memory
  for (;;) {
    const next = nextOf(fitting, memory.models)
    if (next === undefined || !(await fitSome(deps, memory, next))) return
  }
}

/** What is wanted of one series, where it has not been tried yet. */
type Untried = { readonly wait: Wait; readonly subject: Subject }

function nextOf({ wanted, names }: Fitting, book: AnswerBook): ReadingGroup<Untried> | undefined {
  const untried = [...wanted.values()].filter(({ one, tried }) => !tried && missing(book, one).length > 0)
  const waiting = untried.sort((a, b) => a.sinceMs - b.sinceMs)
  if (waiting.length === 0) return undefined
  const most = mostAtOnce(rangeFor(waiting))
  return readingGroup(
    waiting.map((wait) => ({ wait, subject: wait.one.window.subject })),
    names,
    most,
  )
}

/** From what the oldest of the fits is made of, until now. */
function rangeFor(waits: readonly Wait[]) {
  const nowMs = Math.max(...waits.map(({ one }) => one.nowMs))
  const stepMs = waits[0]?.one.window.stepMs ?? 1
  return rangeEndingAt(nowMs, nowMs - Math.min(nowMs, oldestOf(waits)) + FITTED_ON_MS + stepMs, stepMs)
}

function oldestOf(waits: readonly Wait[]): number {
  return Math.min(...waits.flatMap(({ one }) => one.absent.map(({ upToMs }) => upToMs)))
}

/** False when no fit came back: whoever fits is gone, and asking on is in vain. */
async function fitSome(deps: ControllerDeps, memory: Memory, group: ReadingGroup<Untried>): Promise<boolean> {
  const { members, ...asked } = group
  const waits = members.map(({ wait }) => wait)
  const byName = new Map(waits.map((wait) => [wait.one.name, wait]))
  for (const wait of waits) wait.tried = true
  const { windows, incomplete } = await historiesOf(deps.site.history ?? deps.site.metrics, {
    ...asked,
    range: rangeFor(waits),
    denseFromMs: oldestOf(waits) - DENSE_MS,
    wanted: new Set(byName.keys()),
    mostSamples: deps.config.detection.budget.samplesPerRequest,
  })
  const fitted = await Promise.all(
    windows.map(async (window) => {
      const one = byName.get(seriesName(window.subject))?.one
      return one === undefined ? undefined : fitOne(deps, memory, one, window, incomplete)
    }),
  )
  return fitted.every((came) => came === undefined) || fitted.includes(true)
}

async function fitOne(
  deps: ControllerDeps,
  memory: Memory,
  one: OpenCase,
  window: Window,
  incomplete: boolean,
): Promise<boolean> {
  const asks = missing(memory.models, one)
  const job = { window, seed: one.seed, fittedOnMs: FITTED_ON_MS, denseMs: DENSE_MS, learning: one.terms.learning }
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
