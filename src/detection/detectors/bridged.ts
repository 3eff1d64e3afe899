/**
 * The values where up to `most` samples in a row that are missing in [from, to) lie on the line between their neighbours there: what lasts must
 * not look shorter for its holes, nor what grows further off. The same array where nothing is bridged.
 */
export function bridged(values: Float64Array, from: number, to: number, most: number): Float64Array {
  let filled = values
  let last = Math.max(0, from)
  for (let row = last; row < to; row += 1) {
    const value = values[row] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    const gap = row - last - 1
    const before = values[last] ?? Number.NaN
    if (gap > 0 && gap <= most && Number.isFinite(value - before)) {
      if (filled === values) filled = values.slice()
      for (let step = 1; step <= gap; step += 1) filled[last + step] = before + ((value - before) * step) / (gap + 1)
    }
    last = row
  }
  return filled
}
