import type { Clock } from '../../ports/index.ts'

export type SimulatedClockOptions = {
  /** World time at `startedWallMs`, epoch milliseconds. */
  readonly epochMs: number
  /** When the world was started by the machine's clock, epoch milliseconds. Processes that share both numbers share the time. */
  readonly startedWallMs: number
  /** World seconds per second, above 0. */
  readonly speed: number
  /** The machine's clock. */
  readonly wall?: () => number
}

/** A clock that runs `speed` times as fast as the machine's. */
export function simulatedClock(options: SimulatedClockOptions): Clock {
  const { epochMs, startedWallMs, speed } = options
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`${speed} is not a speed`)
  const wall = options.wall ?? Date.now
  return {
    now: () => Math.floor(epochMs + (wall() - startedWallMs) * speed),
    sleep: (ms, signal) => slept(ms / speed, signal),
  }
}

function slept(wallMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(0, wallMs))
    signal?.addEventListener('abort', done, { once: true })
  })
}
