import { Kill } from '../api.ts'

/** A process: it lives until it is killed, and then nothing of it goes on. */
export type Process = { readonly name: string; alive: boolean }

type Waiting = { readonly process: Process; readonly go: () => void; readonly fail: (error: unknown) => void }

/** Runs processes one step at a time: each waits at its next outside call until it is let go. */
export class Driver {
  #waiting: Waiting[] = []
  /** Outside work that goes on in real time; nothing is let go before it has ended. */
  #outside = 0

  /** A point at which others may act. Throws `Kill` where the process does not live any more. */
  turn(process: Process): Promise<void> {
    if (!process.alive) return Promise.reject(new Kill())
    return new Promise((go, fail) => this.#waiting.push({ process, go, fail }))
  }

  /** Work in real time: a request to a process of the system. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside += 1
    try {
      return await work()
    } finally {
      this.#outside -= 1
    }
  }

  waiting(): readonly Process[] {
    return this.#waiting.map(({ process }) => process)
  }

  /** Lets the one at that place go on, up to where it waits again or ends. */
  async release(place: number): Promise<void> {
    const [one] = this.#waiting.splice(place, 1)
    one?.go()
    await this.quiet()
  }

  /** Ends a process: whatever it waited for never comes. */
  async kill(process: Process): Promise<void> {
    process.alive = false
    const dead = this.#waiting.filter((one) => one.process === process)
    this.#waiting = this.#waiting.filter((one) => one.process !== process)
    for (const one of dead) one.fail(new Kill())
    await this.quiet()
  }

  /** Until everything waits. */
  async quiet(): Promise<void> {
    do await new Promise((done) => setImmediate(done))
    while (this.#outside > 0)
    if (this.#real) await new Promise((done) => setImmediate(done))
  }

  #real = false

  /** Says that there is work in real time, which may end in more turns of the loop. */
  real(): this {
    this.#real = true
    return this
  }
}
