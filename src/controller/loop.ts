import type { Clock } from '../ports/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { Memory } from './memory.ts'
import { reconcile } from './reconcile.ts'
import { standDown } from './stand-down.ts'
import type { TickReport } from './tick-report.ts'

export type LoopEvents = {
  readonly ticked: (report: TickReport) => void
  /** A tick that the world cut short; the next one starts from nothing. */
  readonly failed: (error: unknown, atMs: number) => void
}

/** What may end the sleep between two ticks. */
export type Wake = {
  /** Aborts when somebody says "look again" from now on. What was said before is seen by the tick that begins. */
  next(): AbortSignal
}

/** A bell that any number of callers may ring. */
export function waker(): Wake & { wake(): void } {
  let current = new AbortController()
  return {
    next: () => {
      current = new AbortController()
      return current.signal
    },
    wake: () => current.abort(),
  }
}

/** A woken tick begins no sooner than this after the last one ended, so that what the bot itself writes cannot keep it awake. */
const REST_MS = 2000

/**
 * Ticks at every multiple of `tick.everyMs` until the signal aborts; the running tick is finished first, and at the end no
 * forge is left to merge anything by itself. A tick that was woken looks at the
 * metrics of the last multiple once more, and at everything else anew.
 */
export async function loop(
  deps: ControllerDeps,
  memory: Memory,
  clock: Clock,
  events: LoopEvents,
  signal: AbortSignal,
  wake?: Wake,
): Promise<void> {
  const { everyMs } = deps.config.tick
  while (!signal.aborted) {
    const nowMs = Math.floor(clock.now() / everyMs) * everyMs
    const woken = wake?.next()
    try {
      // Where another copy leads, nothing is looked at: what forges would still merge for this one is taken back.
      if (await leads(deps)) events.ticked(await reconcile(deps, memory, nowMs))
      else await standingDown(deps, memory, events, nowMs)
    } catch (error) {
      events.failed(error, nowMs)
    }
    const next = (Math.floor(clock.now() / everyMs) + 1) * everyMs
    if (woken === undefined) await clock.sleep(next - clock.now(), signal)
    else {
      await clock.sleep(Math.min(REST_MS, next - clock.now()), signal)
      await clock.sleep(next - clock.now(), AbortSignal.any([signal, woken]))
    }
  }
  await standingDown(deps, memory, events, clock.now())
}

async function leads({ epoch }: ControllerDeps): Promise<boolean> {
  return epoch === undefined || (await epoch()) !== undefined
}

async function standingDown(deps: ControllerDeps, memory: Memory, events: LoopEvents, atMs: number): Promise<void> {
  for (const error of await standDown(memory)) events.failed(error, atMs)
  await closeAudit(deps, atMs)
}

/** Writes what waits, unless the operator has stopped the bot. */
export async function closeAudit({ audit, paused, writes }: ControllerDeps, atMs: number): Promise<void> {
  if (audit !== undefined && writes === 'perform' && !(await paused())) await audit.flush(atMs)
}
