import type { Terminal } from '../terminal.ts'

/** Lines, with one empty line where paragraphs meet, and none where lines of a list do. */
export type Paragraphs = Pick<Terminal, 'line' | 'width'> & {
  /** An empty line before whatever comes next; several are one. */
  gap(): void
}

export function paragraphsOn({ line, width }: Terminal): Paragraphs {
  let [begun, due] = [false, false]
  return {
    width,
    line: (...spans) => {
      if (begun && due) line()
      begun = true
      due = false
      line(...spans)
    },
    gap: () => {
      due = true
    },
  }
}
