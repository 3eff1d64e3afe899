const SUFFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** A number as a person reads it off an axis, to so many significant digits. */
export function numberText(value: number, digits: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(Math.max(0, digits - 1))
  const [unit, suffix] = size >= 1e4 ? (SUFFIXES.find(([least]) => size >= least) ?? [1, '']) : [1, '']
  return `${Number((value / unit).toPrecision(digits))}${suffix}`
}

const FEW_DIGITS = 4
const MOST_DIGITS = 12

/** The numbers of an axis, with as few digits as tell them apart. */
export function axisNumbers(values: readonly number[]): readonly string[] {
  for (let digits = FEW_DIGITS; digits < MOST_DIGITS; digits += 1) {
    const texts = values.map((value) => numberText(value, digits))
    if (new Set(texts).size === new Set(values).size) return texts
  }
  return values.map((value) => numberText(value, MOST_DIGITS))
}
