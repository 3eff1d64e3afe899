/** Dots of a cell: braille has two columns of four, ASCII one. */
type Dots = { readonly across: number; readonly down: number; readonly text: (bits: number) => string }

/** Bits of a braille character by row and column, as Unicode numbers its dots. */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80] as const
const BRAILLE = 0x2800

const DOTS: Readonly<Record<'braille' | 'ascii', Dots>> = {
  braille: { across: 2, down: 4, text: (bits) => (bits === 0 ? ' ' : String.fromCodePoint(BRAILLE + bits)) },
  ascii: { across: 1, down: 1, text: (bits) => (bits === 0 ? ' ' : '*') },
}

/** A plane of dots that is read back as characters. Dot (0, 0) is at the top left. */
export class Canvas {
  readonly dotsAcross: number
  readonly dotsDown: number
  readonly #dots: Dots
  readonly #columns: number
  readonly #bits: Uint8Array

  constructor(columns: number, lines: number, ascii: boolean) {
    this.#dots = DOTS[ascii ? 'ascii' : 'braille']
    this.#columns = columns
    this.#bits = new Uint8Array(columns * lines)
    this.dotsAcross = columns * this.#dots.across
    this.dotsDown = lines * this.#dots.down
  }

  /** The column that a dot lies in. */
  columnOf(x: number): number {
    return Math.floor(x / this.#dots.across)
  }

  dot(x: number, y: number): void {
    const { across, down } = this.#dots
    const cell = Math.floor(y / down) * this.#columns + Math.floor(x / across)
    const bit = BRAILLE_BITS[(y % down) * across + (x % across)] ?? 0
    this.#bits[cell] = (this.#bits[cell] ?? 0) | bit
  }

  /** Both ends included. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY))
    for (let step = 0; step <= steps; step += 1) {
      const share = steps === 0 ? 0 : step / steps
      this.dot(Math.round(fromX + (toX - fromX) * share), Math.round(fromY + (toY - fromY) * share))
    }
  }

  /** The characters of a line, one a column. */
  charactersOf(line: number): readonly string[] {
    return Array.from({ length: this.#columns }, (_, column) =>
      this.#dots.text(this.#bits[line * this.#columns + column] ?? 0),
    )
  }
}
