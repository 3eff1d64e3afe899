const MOST_FAILURES = 3
const REST_MS = 60_000

/** Leaves a model alone for a minute after three failures in a row, and asks it once more then. */
export class Rest {
  #failures = 0
  #untilMs = 0

  /** Whether it may be asked at that moment, epoch milliseconds. */
  over(nowMs: number): boolean {
    return nowMs >= this.#untilMs
  }

  answered(): void {
    this.#failures = 0
  }

  failed(nowMs: number): void {
    this.#failures += 1
    if (this.#failures >= MOST_FAILURES) this.#untilMs = nowMs + REST_MS
  }
}
