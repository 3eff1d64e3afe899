const MOST_IDS = 10_000

/** The deliveries that were taken, the oldest forgotten first. Lost with the process: a delivery that comes twice only says "look again" twice. */
export class Seen {
  readonly #ids = new Set<string>()
  readonly #most: number

  constructor(most = MOST_IDS) {
    this.#most = most
  }

  /** False where it was there already. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    if (this.#ids.size <= this.#most) return true
    const oldest = this.#ids.values().next()
    if (oldest.done !== true) this.#ids.delete(oldest.value)
    return true
  }

  /** So that a redelivery of what could not be read is taken. */
  forget(id: string): void {
    this.#ids.delete(id)
  }
}
