/** The only source of time. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms` of this clock's time, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
