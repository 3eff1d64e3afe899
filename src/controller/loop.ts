import type { Clock } from '../ports/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { Memory } from './memory.ts'
import { reconcile, type TickReport } from './reconcile.ts'

export type LoopEvents = {
  readonly ticked: (report: TickReport) => void
  /** A tick that the world cut short; the next one starts from nothing. */
  readonly failed: (error: unknown, atMs: number) => void
}

/** Ticks at every multiple of `tick.everyMs` until the signal aborts; the running tick is finished first. */
export async function loop(
  deps: ControllerDeps,
  memory: Memory,
  clock: Clock,
  events: LoopEvents,
  signal: AbortSignal,
): Promise<void> {
  const { everyMs } = deps.config.tick
  while (!signal.aborted) {
    const nowMs = Math.floor(clock.now() / everyMs) * everyMs
    try {
      events.ticked(await reconcile(deps, memory, nowMs))
    } catch (error) {
      events.failed(error, nowMs)
    }
    const next = (Math.floor(clock.now() / everyMs) + 1) * everyMs
    await clock.sleep(next - clock.now(), signal)
  }
}
