/** Edits between two words: insertions, deletions, replacements, swaps of neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 0
}

const LONGEST = 64

/** The known word that was probably meant, or undefined when none is near: at most a third of its letters differ. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase().slice(0, LONGEST)
  let nearest: { readonly name: string; readonly away: number } | undefined
  for (const name of known) {
    const away = distance(typed, name.toLowerCase())
    if (away <= Math.max(1, Math.floor(name.length / 3)) && (nearest === undefined || away < nearest.away))
      nearest = { name, away }
  }
  return nearest?.name ?? known.find((name) => typed.length >= 3 && name.toLowerCase().startsWith(typed))
}

/** ` Did you mean --tree?`, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = didYouMean(word, known)
  return near === undefined ? '' : ` Did you mean ${near}?`
}
