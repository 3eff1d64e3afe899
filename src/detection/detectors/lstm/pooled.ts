import type { Window } from '../../window.ts'
import type { FitOutcome } from '../detector.ts'
import type { LstmModel } from '../lstm.ts'
import { type History, historyOf, LEAST_WINDOWS, shapeOf } from './history.ts'
import type { Network } from './network.ts'
import { usualErrors } from './scoring.ts'
import { train } from './training.ts'

/** One network for all workloads of a class, and what it reads. Plain data. */
export type Pooled = { readonly signals: readonly string[]; readonly clock: boolean; readonly network: Network }

/** The rows of a window before `upTo`. */
export type Past = { readonly window: Window; readonly upTo: number }

/**
 * Learns one network from the windows of several workloads, each read on its own scale, so that they are comparable. Those that do not have the
 * first one's metrics, or nothing to learn from, are left out; undefined where that is all of them. `from` is a network to go on from.
 */
export function fitPooled(pasts: readonly Past[], seed: number, from?: Pooled): Pooled | undefined {
  const histories = pasts.flatMap(({ window, upTo }) => {
    const history = historyOf(window, upTo)
    return typeof history === 'string' || history.ends.length < LEAST_WINDOWS ? [] : [history]
  })
  const first = histories[0]
  if (first === undefined) return undefined
  const { signals, clock } = first.frame
  const alike = histories.filter((history) => reads(history, { signals, clock }))
  const windows = {
    tapes: alike.map(({ tape }) => tape),
    tape: Int32Array.from(alike.flatMap(({ ends }, at) => Array.from(ends, () => at))),
    end: Int32Array.from(alike.flatMap(({ ends }) => [...ends])),
  }
  const known = from !== undefined && reads(first, from) ? from.network : undefined
  return { signals, clock, network: train(shapeOf(first.frame), windows, seed, known) }
}

/** The model of one workload around a network of its class: only its scale and its usual errors are its own, so no fit is as cheap. */
export function modelFrom(pooled: Pooled, { window, upTo }: Past): FitOutcome<LstmModel> {
  const history = historyOf(window, upTo)
  if (typeof history === 'string') return { fitted: false, why: history }
  if (!reads(history, pooled)) return { fitted: false, why: 'failed' }
  if (history.ends.length === 0) return { fitted: false, why: 'too-little-data' }
  const { frame, tape, ends } = history
  return { fitted: true, model: { frame, network: pooled.network, usual: usualErrors(pooled.network, tape, ends) } }
}

function reads({ frame }: History, { signals, clock }: Pick<Pooled, 'signals' | 'clock'>): boolean {
  return (
    frame.clock === clock &&
    frame.signals.length === signals.length &&
    frame.signals.every((one, at) => one === signals[at])
  )
}
