import { BLANK, type Draft, isMap, isNull, own, textOf } from './draft.ts'

/** How elements of a list are told apart by the keys that the API server merges them by. */

/** Values of the merge keys of one element, '' for a key that it lacks. */
type KeyValues = readonly string[]

/** One merge key of an element with its value; '' is a key that the element lacks. */
export type KeyMatch = { readonly key: string; readonly value: string }

function keyText(item: Draft, key: string): string {
  const value = isMap(item) ? own(item, key) : undefined
  return isNull(value) ? '' : textOf(value)
}

/** The elements that a merged list has, by the values of their keys, each once. */
export function wantedKeys(items: readonly Draft[], keys: readonly string[]): readonly KeyValues[] {
  const values = distinct(items.map((item) => keys.map((key) => keyText(item, key))))
  return keys.length > 1 ? unifyValues(values) : values
}

function distinct(values: readonly KeyValues[]): KeyValues[] {
  const seen = new Map(values.map((one) => [JSON.stringify(one), one]))
  return [...seen.values()]
}

/**
 * Elements whose keys agree where both have them count as one: a port without a protocol is the port with one. Distinct results only.
 */
function unifyValues(values: KeyValues[]): readonly KeyValues[] {
  const unified = [...values]
  for (let i = 0; i < unified.length; i += 1) {
    for (let j = 0; j < unified.length; j += 1) {
      const both = agree(unified[i] ?? [], unified[j] ?? [])
      if (both === undefined) continue
      unified[i] = both
      unified[j] = both
    }
  }
  return unified
}

function agree(a: KeyValues, b: KeyValues): KeyValues | undefined {
  let common = false
  const both: string[] = []
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index] ?? ''
    const y = b[index] ?? ''
    if (x === y) common = true
    else if (x !== '' && y !== '') return undefined
    both.push(x === '' ? y : x)
  }
  return common ? both : undefined
}

/** The keys that any element has; all of them when none has any. */
export function usableKeys(values: readonly KeyValues[], keys: readonly string[]): readonly string[] {
  const usable = keys.filter((_, index) => values.some((one) => (one[index] ?? '') !== ''))
  return usable.length === 0 ? keys : usable
}

/** Whether an element has these keys with these values; '' is any value. */
export function matchesAll(item: Draft, match: readonly KeyMatch[]): boolean {
  if (!isMap(item)) return false
  return match.every(({ key, value }) => {
    const there = own(item, key)
    return there !== undefined && (value === '' || textOf(there) === value)
  })
}

/** The first element that has them. */
export function findElement(list: Draft[] | undefined, match: readonly KeyMatch[]): Draft | undefined {
  return list?.find((item) => matchesAll(item, match))
}

/** Puts `value` in place of every match, or takes matches and empty elements out when there is none. Returns how many matched. */
export function replaceElements(list: Draft[], isMatch: (item: Draft) => boolean, value: Draft | undefined): number {
  let count = 0
  const kept = list.flatMap((item) => {
    if (isNull(item) || (isMap(item) && Object.keys(item).length === 0)) return []
    if (!isMatch(item)) return [item]
    count += 1
    return value === undefined ? [] : [value]
  })
  list.splice(0, list.length, ...kept)
  return count
}

/** What the target had comes after what the patch had; an element that both have keeps the place from the patch. */
export function appendRest(list: Draft[], dest: readonly Draft[], keys: readonly string[]): Draft[] {
  for (const item of dest) {
    const match = keys.flatMap((key): KeyMatch[] => {
      const value = isMap(item) ? own(item, key) : undefined
      return value === undefined ? [] : [{ key, value: textOf(value) }]
    })
    if (match.length < keys.length && keys.length === 1) {
      list.push(item)
      continue
    }
    if (keys.length > 1) {
      replaceElements(list, (one) => matchesAll(one, match), undefined)
      list.push(item)
    } else if (replaceElements(list, (one) => matchesAll(one, match), item) === 0) list.push(item)
  }
  return list
}

/** A list of plain values is a set: those of the patch first, then the others. */
export function mergePlain(dest: readonly Draft[], patch: readonly Draft[]): Draft[] {
  const seen = new Map<string, Draft>()
  for (const item of [...patch, ...dest]) if (item !== BLANK && !seen.has(textOf(item))) seen.set(textOf(item), item)
  return [...seen.values()]
}
