import type { DiffLine, EditRow, FileDiff } from './model.ts'

const CONTEXT = 3
/** Above this many cells the middle is shown as taken out and put in, which is true, if less pretty. */
const MAX_CELLS = 4_000_000
const MAX_LINES = 2000

type Op = { readonly kind: DiffLine['kind']; readonly text: string }

function linesOf(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Lengths of the longest common subsequence of the two ends, one row per line of `a`. */
function lengthsOf(a: readonly string[], b: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = rows[i] ?? new Uint32Array()
      row[j] = a[i] === b[j] ? (rows[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(rows[i + 1]?.[j] ?? 0, row[j + 1] ?? 0)
    }
  return rows
}

function middle(a: readonly string[], b: readonly string[]): readonly Op[] {
  const removed = a.map((text): Op => ({ kind: 'removed', text }))
  const added = b.map((text): Op => ({ kind: 'added', text }))
  if (a.length * b.length > MAX_CELLS) return [...removed, ...added]
  const lengths = lengthsOf(a, b)
  const ops: Op[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      ops.push({ kind: 'same', text: a[i] ?? '' })
      i += 1
      j += 1
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
      ops.push({ kind: 'removed', text: a[i++] ?? '' })
    else ops.push({ kind: 'added', text: b[j++] ?? '' })
  }
  return [...ops, ...removed.slice(i), ...added.slice(j)]
}

function operations(a: readonly string[], b: readonly string[]): readonly Op[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1
  const same = (text: string): Op => ({ kind: 'same', text })
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ]
}

function numbered(ops: readonly Op[]): readonly DiffLine[] {
  let before = 0
  let after = 0
  return ops.map(({ kind, text }) => {
    if (kind !== 'added') before += 1
    if (kind !== 'removed') after += 1
    return { kind, text, ...(kind !== 'added' && { before }), ...(kind !== 'removed' && { after }) }
  })
}

function marksOf(a: string, b: string): readonly [readonly [number, number], readonly [number, number]] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  return [
    [head, a.length - tail],
    [head, b.length - tail],
  ]
}

/** Marks what differs where one line was replaced by one line. */
function marked(lines: readonly DiffLine[]): readonly DiffLine[] {
  return lines.map((line, at) => {
    const alone = (kind: DiffLine['kind'], from: number): boolean =>
      lines[from]?.kind === kind && lines[from - 1]?.kind !== kind && lines[from + 1]?.kind !== kind
    const other = line.kind === 'removed' ? lines[at + 1] : lines[at - 1]
    if (line.kind === 'same' || other === undefined) return line
    const removedAt = line.kind === 'removed' ? at : at - 1
    if (!alone('removed', removedAt) || !alone('added', removedAt + 1)) return line
    const [inRemoved, inAdded] =
      line.kind === 'removed' ? marksOf(line.text, other.text) : marksOf(other.text, line.text)
    return { ...line, mark: line.kind === 'removed' ? inRemoved : inAdded }
  })
}

function hunksOf(lines: readonly DiffLine[]): readonly (readonly DiffLine[])[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => line.kind !== 'same'),
  )
  const hunks: DiffLine[][] = []
  lines.forEach((line, at) => {
    if (near[at] !== true) return
    if (near[at - 1] === true) hunks.at(-1)?.push(line)
    else hunks.push([line])
  })
  return hunks
}

/** Differences of two texts line by line, with three lines around each. An absent text is an empty one. */
export function diffOf(path: string, before: string, after: string): FileDiff {
  const a = linesOf(before)
  const b = linesOf(after)
  if (a.length > MAX_LINES * 10 || b.length > MAX_LINES * 10)
    return { path, hunks: [], unshown: 'too long to be shown' }
  const hunks = hunksOf(marked(numbered(operations(a, b))))
  if (hunks.flat().length > MAX_LINES) return { path, hunks: [], unshown: 'too many lines differ to be shown' }
  if (hunks.length === 0 && before !== after) return { path, hunks, unshown: 'only the end of the file differs' }
  return { path, hunks }
}

/** The words of both lines around what differs: a number with its unit, a whole image. */
function wordAround(text: string, [from, to]: readonly [number, number]): readonly [number, number] {
  const outside = /[\s"']/
  let start = from
  let end = to
  while (start > 0 && !outside.test(text[start - 1] ?? ' ')) start -= 1
  while (end < text.length && !outside.test(text[end] ?? ' ')) end += 1
  return [start, end]
}

/** Values that were replaced in place, with where they stood: one for each line that took the place of one line. */
export function replacedIn(file: FileDiff): readonly EditRow[] {
  return file.hunks.flatMap((hunk) =>
    hunk.flatMap((line, at): readonly EditRow[] => {
      const next = hunk[at + 1]
      if (line.kind !== 'removed' || line.mark === undefined || next?.kind !== 'added' || next.mark === undefined)
        return []
      const [start, end] = wordAround(line.text, line.mark)
      const [from, to] = wordAround(next.text, next.mark)
      const values = { before: line.text.slice(start, end), after: next.text.slice(from, to) }
      return [{ file: file.path, line: line.before ?? 0, column: start + 1, ...values }]
    }),
  )
}
