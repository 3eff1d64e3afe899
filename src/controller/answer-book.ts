import { type Answer, type Ask, askKey, type Known } from '../detection/index.ts'
import type { Shelf } from '../ports/index.ts'

/** Where answers are kept, and how many. Left out: in memory alone. */
export type Keeping = {
  readonly shelf?: Shelf
  /** Names the program and all that its fits are made under: what another one made is not the same. */
  readonly program?: string
  /** Of answers in memory. Beyond it, those of the series that were judged longest ago are let go, and come back from the shelf. */
  readonly mostBytes?: number
}

const MOST_BYTES = 512 * 1024 * 1024

type Held = { readonly answer: Answer; readonly bytes: number }
/** What is known of one series: what is in memory, and the names of what is on the shelf. */
type Series = { readonly held: Map<string, Held>; readonly shelved: Set<string> }

/** What is known of the models of each series: fits and tails, by what they are made of. Series have names of the caller's. */
export class AnswerBook {
  readonly #shelf: Shelf | undefined
  readonly #program: string
  readonly #mostBytes: number
  /** In the order in which they were judged, the one that was judged longest ago first. */
  readonly #series = new Map<string, Series>()
  #bytes = 0

  constructor({ shelf, program = '', mostBytes = MOST_BYTES }: Keeping = {}) {
    this.#shelf = shelf
    this.#program = program
    this.#mostBytes = mostBytes
  }

  /** Of what is in memory. */
  get(name: string, ask: Ask): Answer | undefined {
    return this.#series.get(name)?.held.get(askKey(ask))?.answer
  }

  /** Whether all of these are in memory. */
  holds(name: string, asks: readonly Ask[]): boolean {
    return asks.every((ask) => this.get(name, ask) !== undefined)
  }

  /**
   * Brings what is on the shelf into memory, before a series is judged: what is known, whatever is let go meanwhile, and what is known nowhere.
   */
  async recall(
    name: string,
    asks: readonly Ask[],
  ): Promise<{ readonly known: Known; readonly absent: readonly Ask[] }> {
    const series = this.#touch(name)
    const known = new Map<string, Answer>()
    for (const ask of asks) {
      const key = askKey(ask)
      const answer = series.held.get(key)?.answer ?? answerTo(ask, await this.#shelf?.get(this.#keyOf(name, key)))
      if (answer !== undefined) known.set(key, answer)
    }
    for (const [key, answer] of known) {
      if (series.held.has(key)) continue
      this.#hold(series, answer)
      series.shelved.add(key)
    }
    const absent = asks.filter((ask) => !known.has(askKey(ask)))
    for (const ask of absent) series.shelved.delete(askKey(ask))
    this.#letGo(name)
    return { known: (ask) => known.get(askKey(ask)), absent }
  }

  /** What is asked for and in memory or on the shelf. */
  knows(name: string, ask: Ask): boolean {
    const series = this.#series.get(name)
    return series !== undefined && (series.held.has(askKey(ask)) || series.shelved.has(askKey(ask)))
  }

  /**
   * Keeps new answers, and of the old ones those that are still asked for. What failed says nothing of the data, so it is not kept; what was
   * made of `incomplete` data would not come out like that again, so it is not put on the shelf.
   */
  async keep(name: string, asks: readonly Ask[], found: readonly Answer[], incomplete = false): Promise<void> {
    const series = this.#touch(name)
    const wanted = new Set(asks.map(askKey))
    for (const key of [...series.held.keys()]) if (!wanted.has(key)) this.#release(series, key)
    const past = [...series.shelved].filter((key) => !wanted.has(key))
    const lasting = found.filter((answer) => !hasFailed(answer))
    for (const answer of lasting) this.#hold(series, answer)
    this.#letGo(name)
    const shelf = this.#shelf
    if (shelf === undefined) return
    if (!incomplete)
      for (const answer of lasting) {
        if (await shelf.put(this.#key(name, answer), answer)) series.shelved.add(askKey(answer))
      }
    for (const key of past) {
      series.shelved.delete(key)
      await shelf.drop(this.#keyOf(name, key))
    }
  }

  /** Lets go of what is on the shelf and not among these: what the next judgement does not need. */
  rest(name: string, asks: readonly Ask[]): void {
    const series = this.#series.get(name)
    if (series === undefined) return
    const wanted = new Set(asks.map(askKey))
    for (const key of [...series.held.keys()])
      if (!wanted.has(key) && series.shelved.has(key)) this.#release(series, key)
  }

  /** Lets go of series that are not among these, as far as they are on the shelf: one that is not seen for a while need not be fitted again. */
  only(names: { has(name: string): boolean }): void {
    for (const [name, series] of [...this.#series]) {
      if (names.has(name)) continue
      this.rest(name, [])
      if (series.held.size === 0) this.#series.delete(name)
    }
  }

  held(): { readonly series: number; readonly bytes: number; readonly shelf: { entries: number; bytes: number } } {
    return { series: this.#series.size, bytes: this.#bytes, shelf: this.#shelf?.held() ?? { entries: 0, bytes: 0 } }
  }

  #key(name: string, ask: Ask): string {
    return this.#keyOf(name, askKey(ask))
  }

  #keyOf(name: string, ask: string): string {
    return `${this.#program}\n${name}\n${ask}`
  }

  /** The series, now the one that was judged last. */
  #touch(name: string): Series {
    const series = this.#series.get(name) ?? { held: new Map(), shelved: new Set() }
    this.#series.delete(name)
    this.#series.set(name, series)
    return series
  }

  #hold(series: Series, answer: Answer): void {
    const key = askKey(answer)
    this.#release(series, key)
    const bytes = weightOf(answer)
    series.held.set(key, { answer, bytes })
    this.#bytes += bytes
  }

  #release(series: Series, key: string): void {
    this.#bytes -= series.held.get(key)?.bytes ?? 0
    series.held.delete(key)
  }

  #letGo(but: string): void {
    for (const [name, series] of this.#series) {
      if (this.#bytes <= this.#mostBytes) return
      if (name === but) continue
      for (const key of [...series.held.keys()]) this.#release(series, key)
    }
  }
}

function hasFailed(answer: Answer): boolean {
  return answer.kind === 'fit' && !answer.outcome.fitted && answer.outcome.why === 'failed'
}

/** What a shelf gave, where it is an answer to this. That its models are whole is the shelf's promise. */
function answerTo(ask: Ask, found: unknown): Answer | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const answer = found as Answer // looked at field by field, as far as a shelf could be wrong
  if (askKey(answer) !== askKey(ask)) return undefined
  return isWhole(answer) ? answer : undefined
}

function isWhole(answer: Answer): boolean {
  switch (answer.kind) {
    case 'fit':
      return typeof answer.outcome?.fitted === 'boolean'
    case 'tail':
      return typeof answer.tail?.sorted?.length === 'number'
    case 'recurring':
      return Array.isArray(answer.lesson?.expected)
  }
}

/** What a value of plain data takes, about: typed arrays by their bytes, everything else by the word. */
function weightOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength + 100
  if (typeof value === 'string') return value.length + 16
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 32
  for (const item of Object.values(value)) bytes += 8 + weightOf(item)
  return bytes
}
