import { KintsugiError } from '../../../domain/index.ts'
import { type Budget, type Cost, PRIORITIES } from './budget.ts'

/** Time and chance, from outside. */
export type Pace = {
  nowMs(): number
  sleep(ms: number): Promise<void>
  /** From 0 up to 1. */
  random(): number
}

/** GitHub's limits do not allow it yet. Nothing was sent. */
export class Deferred extends KintsugiError {
  readonly untilMs: number

  constructor(what: string, because: string, untilMs: number) {
    super('KIN-4006', `${what} waits until ${new Date(untilMs).toISOString()}: ${because}`, { retryable: true })
    this.untilMs = untilMs
  }
}

export type Turns = {
  /** Resolves when the request may be made; throws `Deferred` where that is longer than `patienceMs` away. */
  take(what: string, cost: Cost): Promise<void>
  readonly budget: Budget
}

/** Short waits are slept through, the more important first; long ones are said. */
export function turnsOn(budget: Budget, pace: Pace, patienceMs: number): Turns {
  const waiting: Cost[] = []
  const outranked = (cost: Cost): boolean =>
    cost.writes &&
    waiting.some(
      (one) => one !== cost && one.writes && PRIORITIES.indexOf(one.priority) < PRIORITIES.indexOf(cost.priority),
    )
  return {
    budget,
    async take(what, cost) {
      const startMs = pace.nowMs()
      waiting.push(cost)
      try {
        for (;;) {
          const nowMs = pace.nowMs()
          const verdict = outranked(cost)
            ? { go: false as const, untilMs: nowMs + 50, because: 'more important writes go first' }
            : budget.ask(cost, nowMs)
          if (verdict.go) return
          if (verdict.untilMs - startMs > patienceMs) throw new Deferred(what, verdict.because, verdict.untilMs)
          await pace.sleep(Math.max(1, verdict.untilMs - nowMs))
        }
      } finally {
        waiting.splice(waiting.indexOf(cost), 1)
      }
    },
  }
}

export const REAL_PACE: Pace = {
  nowMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
}
