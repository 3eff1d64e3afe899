/** How a pattern is written, read into a tree of what it asks for. */
export type Test = (code: number) => boolean
export type Place = 'start' | 'end' | 'edge'

export type Node =
  | { readonly is: 'sign'; readonly test: Test }
  | { readonly is: 'at'; readonly place: Place; readonly anyLine: boolean }
  | { readonly is: 'row'; readonly parts: readonly Node[] }
  | { readonly is: 'one'; readonly parts: readonly Node[] }
  | { readonly is: 'times'; readonly part: Node; readonly least: number; readonly most: number }
/** Thrown where a pattern is broken or asks for more than the language has, and caught where it is built. */
export class Unknown extends Error {}

/** Throws `Unknown`. `flags` are letters of `i`, `m` and `s`. */
export function readPattern(text: string, flags: string): Node {
  return new Reader(text, flags).whole()
}

class Reader {
  readonly #text: readonly string[]
  readonly #caseless: boolean
  readonly #anyLine: boolean
  readonly #dotAll: boolean
  #at = 0
  #depth = 0

  constructor(text: string, flags: string) {
    this.#text = [...text]
    this.#caseless = flags.includes('i')
    this.#anyLine = flags.includes('m')
    this.#dotAll = flags.includes('s')
  }

  whole(): Node {
    const node = this.#choice()
    if (this.#at < this.#text.length) throw new Unknown(')')
    return node
  }

  #choice(): Node {
    this.#depth += 1
    if (this.#depth > 50) throw new Unknown('depth')
    const parts = [this.#row()]
    while (this.#take('|')) parts.push(this.#row())
    this.#depth -= 1
    return parts.length === 1 && parts[0] ? parts[0] : { is: 'one', parts }
  }

  #row(): Node {
    const parts: Node[] = []
    for (
      let sign = this.#text[this.#at];
      sign !== undefined && sign !== '|' && sign !== ')';
      sign = this.#text[this.#at]
    ) {
      parts.push(this.#times(this.#atom()))
    }
    return { is: 'row', parts }
  }

  #times(part: Node): Node {
    const [least, most] = this.#count() ?? []
    if (least === undefined || most === undefined) return part
    // A lazy count finds the same texts; a possessive one is not in this language.
    this.#take('?')
    if (part.is === 'at' || ['*', '+', '?'].includes(this.#text[this.#at] ?? '')) throw new Unknown('count')
    return { is: 'times', part, least, most }
  }

  #count(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#take('?')) return [0, 1]
    if (this.#text[this.#at] !== '{') return undefined
    const written = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 9).join(''))
    if (written === null) throw new Unknown('{')
    this.#at += written[0].length
    const least = Number(written[1])
    const most =
      written[2] === undefined ? least : written[3] === undefined ? Number.POSITIVE_INFINITY : Number(written[3])
    if (most < least) throw new Unknown('{')
    return [least, most]
  }

  #atom(): Node {
    const sign = this.#next()
    switch (sign) {
      case '^':
        return { is: 'at', place: 'start', anyLine: this.#anyLine }
      case '$':
        return { is: 'at', place: 'end', anyLine: this.#anyLine }
      case '.':
        return { is: 'sign', test: (code) => this.#dotAll || code !== 10 }
      case '(':
        return this.#group()
      case '[':
        return { is: 'sign', test: this.#class() }
      case '\\':
        return this.#escaped()
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Unknown(sign)
      default:
        return { is: 'sign', test: this.#letter(sign) }
    }
  }

  #group(): Node {
    if (this.#take('?') && !(this.#take(':') || this.#named())) throw new Unknown('(?')
    const node = this.#choice()
    if (!this.#take(')')) throw new Unknown('(')
    return node
  }

  #named(): boolean {
    const name = /^P?<\w{1,32}>/.exec(this.#text.slice(this.#at, this.#at + 40).join(''))
    this.#at += name?.[0].length ?? 0
    return name !== null
  }

  #escaped(): Node {
    const sign = this.#next()
    if (sign === 'A') return { is: 'at', place: 'start', anyLine: false }
    if (sign === 'z') return { is: 'at', place: 'end', anyLine: false }
    if (sign === 'b') return { is: 'at', place: 'edge', anyLine: false }
    return { is: 'sign', test: this.#escape(sign) }
  }

  #escape(sign: string): Test {
    const known = FAMILIES[sign]
    if (known !== undefined) return known
    if (/[A-Za-z0-9]/.test(sign)) throw new Unknown(`\\${sign}`)
    return this.#letter(sign)
  }

  #letter(sign: string): Test {
    if (!this.#caseless) return (code) => code === sign.codePointAt(0)
    return (code) => String.fromCodePoint(code).toLowerCase() === sign.toLowerCase()
  }

  #class(): Test {
    const not = this.#take('^')
    const tests: Test[] = []
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) tests.push(this.#inClass())
    this.#at += 1
    return (code) => tests.some((test) => test(code)) !== not
  }

  #inClass(): Test {
    const from = this.#next()
    if (from === '[') throw new Unknown('[[')
    const test = from === '\\' ? this.#escape(this.#next()) : this.#letter(from)
    if (from === '\\' || this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return test
    this.#at += 1
    const to = this.#next()
    if (to === '\\' || to < from) throw new Unknown('-')
    const inside = (sign: string) => sign >= from && sign <= to
    return (code) => {
      const sign = String.fromCodePoint(code)
      return inside(sign) || (this.#caseless && (inside(sign.toLowerCase()) || inside(sign.toUpperCase())))
    }
  }

  #next(): string {
    const sign = this.#text[this.#at]
    if (sign === undefined) throw new Unknown('end')
    this.#at += 1
    return sign
  }

  #take(sign: string): boolean {
    const there = this.#text[this.#at] === sign
    if (there) this.#at += 1
    return there
  }
}
const isDigit: Test = (code) => code >= 48 && code <= 57
export const isWord: Test = (code) =>
  isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isBlank: Test = (code) => code === 32 || (code >= 9 && code <= 13)
const FAMILIES: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isBlank,
  S: (code) => !isBlank(code),
  n: (code) => code === 10,
  r: (code) => code === 13,
  t: (code) => code === 9,
}
