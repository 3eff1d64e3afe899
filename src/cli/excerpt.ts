import { type Span, styled } from './style.ts'

const WIDTH = 100

/** The line of `text` at a place, with a caret below the column; long lines are cut around it. Empty where there is no such line. */
export function excerpt(text: string, line: number, column: number): readonly (readonly Span[])[] {
  const written = text.split('\n')[line - 1]
  if (written === undefined) return []
  const at = Math.max(0, Math.min(column - 1, written.length))
  const from = at < WIDTH - 20 ? 0 : at - WIDTH / 2
  const number = String(line).padStart(5)
  const shown = written.replace(/\r$/, '').slice(from, from + WIDTH)
  return [
    [styled('dim', `${number} | `), shown],
    [styled('dim', `${' '.repeat(number.length)} | `), ' '.repeat(at - from), styled('red', '^')],
  ]
}
