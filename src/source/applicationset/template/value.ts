/**
 * A value as a Go template holds it: `number` is a float64 (all numbers of YAML and JSON are), `bigint` an int of the template's own.
 * `null` is nil, and what a key that is missing gives.
 */
export type GoValue = string | number | bigint | boolean | null | readonly GoValue[] | GoMap
export type GoMap = { readonly [key: string]: GoValue }

export function isGoMap(value: GoValue | undefined): value is GoMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isGoList(value: GoValue | undefined): value is readonly GoValue[] {
  return Array.isArray(value)
}

/** `%v` of a float64: the shortest text, with an exponent below 1e-4 and from 1e6 on. */
function floatText(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return value.toString()
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** As `fmt.Sprint` prints it. */
export function goText(value: GoValue | undefined): string {
  if (value === undefined || value === null) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return floatText(value)
  if (isGoList(value)) return `[${value.map(goText).join(' ')}]`
  if (isGoMap(value))
    return `map[${sortedEntries(value)
      .map(([key, one]) => `${key}:${goText(one)}`)
      .join(' ')}]`
  return String(value)
}

export function sortedEntries(map: GoMap): readonly (readonly [string, GoValue])[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
