import type { Clock } from '../../src/ports/index.ts'

export type ManualClock = Clock & {
  /** Moves time on and wakes whoever slept until then. */
  advance(ms: number): void
  set(nowMs: number): void
}

/** A clock that stands still until it is moved. */
export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs
  let sleepers: { readonly untilMs: number; readonly wake: () => void }[] = []
  const set = (toMs: number) => {
    nowMs = toMs
    const due = sleepers.filter(({ untilMs }) => untilMs <= nowMs)
    sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs)
    for (const { wake } of due) wake()
  }
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) return resolve()
        sleepers.push({ untilMs: nowMs + ms, wake: resolve })
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
    advance: (ms) => set(nowMs + ms),
    set,
  }
}
