import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { TickDocument } from '../tick-report.ts'
import type { Child } from './children.ts'
import { BEGINNING, follow, isTold, missing, type Plot, type Progress, tellTick, tellWorld } from './story.ts'
import type { WorldEvent } from './world-process.ts'

/** Sorts behind every moment in ISO 8601. */
const LATEST = '~'

/** Runs `then` when it is stopped, or right away when it was stopped already. */
export function whenStopped(stop: AbortSignal, then: () => void): void {
  if (stop.aborted) then()
  else stop.addEventListener('abort', then, { once: true })
}

/** Hears both processes and tells what is worth a line. */
export class Stage {
  readonly #terminal: Terminal
  readonly #plot: Plot
  /** What the world told since the last look. */
  #waiting: WorldEvent[] = []
  readonly #said = new Map<string, string>()
  readonly #worldSaid = new Set<string>()
  #progress: Progress = BEGINNING
  readonly #quiet = new Set<string>()
  readonly #spoken = new Set<string>()
  #told: (() => void) | undefined

  constructor(terminal: Terminal, plot: Plot) {
    this.#terminal = terminal
    this.#plot = plot
  }

  world(event: WorldEvent): void {
    if (this.#terminal.asJson) {
      this.#terminal.event({ ...event })
      return
    }
    this.#waiting.push(event)
  }

  /** What the world did until then. A look has the time of its beginning, and is heard when it ends: what came of it is told before what followed. */
  #tellWorld(until: string): void {
    const due = this.#waiting.filter(({ at }) => at <= until)
    this.#waiting = this.#waiting.filter(({ at }) => at > until)
    for (const event of due) {
      const line = tellWorld(event)
      // Every Application follows the one branch; the first sync of a commit tells for all.
      if (!this.#worldSaid.has(line)) this.#line(event.at, 'world', line)
      this.#worldSaid.add(line)
    }
  }

  tick(tick: TickDocument): void {
    if (this.#terminal.asJson) this.#terminal.event({ event: 'tick', ...tick })
    else {
      this.#tellWorld(tick.at)
      for (const { at, subject, lines } of tellTick(tick, this.#said)) {
        lines.forEach((line, index) => {
          this.#line(index === 0 ? at : '', index === 0 ? subject : '', line)
        })
      }
    }
    for (const lane of tick.quiet) this.#quiet.add(lane)
    for (const { lane, done } of tick.lanes) if (done.done !== 'nothing') this.#spoken.add(lane)
    this.#progress = follow(this.#plot, this.#progress, tick)
    if (isTold(this.#plot, this.#progress)) this.#told?.()
  }

  words(text: string): void {
    this.#terminal.note(styled('dim', text))
  }

  /** What the world told after the last look. */
  rest(): void {
    this.#tellWorld(LATEST)
  }

  missing(): readonly string[] {
    return missing(this.#plot, this.#progress)
  }

  /** What the plot leaves alone and was looked at, and whether there was anything to say of it all the same. */
  alone(): readonly { readonly name: string; readonly spokenOf: boolean }[] {
    const isIn = (lanes: ReadonlySet<string>, name: string) =>
      [...lanes].some((lane) => lane.endsWith(`/${name.split('/')[1] ?? ''}`))
    return this.#plot.alone
      .filter((name) => isIn(this.#quiet, name))
      .map((name) => ({ name, spokenOf: isIn(this.#spoken, name) }))
  }

  /** True when everything has been told in time; a process that ends early ends the story, and so does `stop`. */
  until(children: readonly Child[], ms: number, stop: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (told: boolean) => {
        clearTimeout(timer)
        resolve(told)
      }
      const timer = setTimeout(() => finish(false), ms)
      this.#told = () => finish(true)
      for (const child of children) child.ended.then(() => finish(false))
      whenStopped(stop, () => finish(false))
    })
  }

  #line(at: string, subject: string, text: string): void {
    const time = at === '' ? '     ' : at.slice(11, 16)
    this.#terminal.line(styled('dim', time), ' ', styled('bold', subject.padEnd(20)), ' ', text)
  }
}
