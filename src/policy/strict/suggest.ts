const LONGEST = 64

/** Edits (insert, delete, replace, swap of neighbours) between two short words: the restricted Damerau-Levenshtein distance. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) row.push(cheapest(a, b, i, j, rows, row))
    rows.push(row)
  }
  return rows.at(-1)?.at(-1) ?? 0
}

function cheapest(
  a: string,
  b: string,
  i: number,
  j: number,
  rows: readonly number[][],
  row: readonly number[],
): number {
  const at = (line: readonly number[] | undefined, column: number): number => line?.[column] ?? Number.POSITIVE_INFINITY
  const above = rows[i - 1]
  const cost = a[i - 1] === b[j - 1] ? 0 : 1
  const best = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + cost)
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return swapped ? Math.min(best, at(rows[i - 2], j - 2) + 1) : best
}

/** The known word that `written` most likely stands for, or undefined when none is near. Case does not count. */
export function suggest(written: string, known: readonly string[]): string | undefined {
  const word = written.toLowerCase()
  if (word === '' || word.length > LONGEST) return undefined
  const beginning = known.find((one) => word.length >= 4 && one.toLowerCase().startsWith(word))
  let best: string | undefined
  let least = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1
  for (const one of known) {
    if (Math.abs(one.length - word.length) >= least) continue
    const edits = distance(word, one.toLowerCase())
    if (edits < least) [best, least] = [one, edits]
  }
  return best ?? beginning
}
