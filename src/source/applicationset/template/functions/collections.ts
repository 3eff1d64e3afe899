import { fail } from '../failure.ts'
import { type GoMap, type GoValue, goText, isGoList, isGoMap, sortedEntries } from '../value.ts'
import { at, countAt, type GoFunction, listAt, MOST, mapAt, strval, textAt } from './arguments.ts'
import { isTrue } from './logic.ts'

function same(a: GoValue, b: GoValue): boolean {
  if (isGoList(a) && isGoList(b)) return a.length === b.length && a.every((one, index) => same(one, b[index] ?? null))
  if (isGoMap(a) && isGoMap(b)) {
    const [left, right] = [sortedEntries(a), sortedEntries(b)]
    return (
      left.length === right.length &&
      left.every(([key, one], index) => right[index]?.[0] === key && same(one, right[index]?.[1] ?? null))
    )
  }
  return a === b
}

function short(list: readonly GoValue[]): readonly GoValue[] {
  return list.length > MOST ? fail('a list of a template is too long') : list
}

function without(map: GoMap, keys: readonly GoValue[]): GoMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)))
}

function own(map: GoMap, key: string): GoValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function dict(given: readonly GoValue[]): GoMap {
  const entries = new Map<string, GoValue>()
  for (let index = 0; index < given.length; index += 2) entries.set(strval(at(given, index)), given[index + 1] ?? '')
  return Object.fromEntries(entries)
}

/** `dig "a" "b" default map`. */
function dig(given: readonly GoValue[]): GoValue {
  if (given.length < 3) return fail('dig wants a key, a default and a map')
  let value: GoValue = mapAt(given, given.length - 1)
  for (const key of given.slice(0, -2)) {
    if (!isGoMap(value)) return fail(`dig finds ${goText(value).slice(0, 40)}, which is no map`)
    const next: GoValue | undefined = own(value, strval(key))
    if (next === undefined) return at(given, given.length - 2)
    value = next
  }
  return value
}

/** Of two maps the one that wins first; what is empty in it gives way, as mergo has it. */
function merged(winner: GoMap, other: GoMap, emptyWins: boolean): GoMap {
  const entries = new Map(Object.entries(winner))
  for (const [key, value] of Object.entries(other)) {
    const there = own(winner, key)
    if (there === undefined) entries.set(key, value)
    else if (isGoMap(there) && isGoMap(value)) entries.set(key, merged(there, value, emptyWins))
    else if (!emptyWins && !isTrue(there)) entries.set(key, value)
  }
  return Object.fromEntries(entries)
}

function mergeAll(maps: readonly GoMap[]): GoMap {
  return maps.reduce((all, one) => merged(all, one, false), {})
}

function until(given: readonly GoValue[]): GoValue {
  return Array.from({ length: Math.max(0, countAt(given, 0)) }, (_, index) => BigInt(index))
}

function strings(list: readonly GoValue[]): readonly string[] {
  return list.map(strval)
}

function slice(given: readonly GoValue[]): GoValue {
  const value = at(given, 0)
  const [from, to] = [given.length > 1 ? countAt(given, 1) : 0, given.length > 2 ? countAt(given, 2) : undefined]
  if (isGoList(value) || typeof value === 'string') return value.slice(from, to)
  return fail('slice wants a list')
}

export const collections: Readonly<Record<string, GoFunction>> = {
  list: (given) => given,
  tuple: (given) => given,
  first: (given) => listAt(given, 0)[0] ?? null,
  last: (given) => listAt(given, 0).at(-1) ?? null,
  rest: (given) => listAt(given, 0).slice(1),
  initial: (given) => listAt(given, 0).slice(0, -1),
  reverse: (given) => [...listAt(given, 0)].reverse(),
  append: (given) => short([...listAt(given, 0), at(given, 1)]),
  prepend: (given) => short([at(given, 1), ...listAt(given, 0)]),
  concat: (given) => short(given.flatMap((_, index) => listAt(given, index))),
  has: (given) => listAt(given, 1).some((one) => same(one, at(given, 0))),
  without: (given) => listAt(given, 0).filter((one) => !given.slice(1).some((other) => same(one, other))),
  compact: (given) => listAt(given, 0).filter(isTrue),
  uniq: (given) => listAt(given, 0).filter((one, index, list) => list.findIndex((other) => same(one, other)) === index),
  slice,
  until,
  sortAlpha: (given) => [...strings(listAt(given, 0))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  toStrings: (given) => strings(listAt(given, 0)),
  splitList: (given) => textAt(given, 1).split(textAt(given, 0)),
  split: (given) =>
    Object.fromEntries(
      textAt(given, 1)
        .split(textAt(given, 0))
        .map((part, index): [string, GoValue] => [`_${index}`, part]),
    ),
  dict,
  get: (given) => own(mapAt(given, 0), textAt(given, 1)) ?? '',
  set: (given) => ({ ...mapAt(given, 0), [textAt(given, 1)]: at(given, 2) }),
  unset: (given) => without(mapAt(given, 0), [textAt(given, 1)]),
  omit: (given) => without(mapAt(given, 0), given.slice(1)),
  pick: (given) => Object.fromEntries(Object.entries(mapAt(given, 0)).filter(([key]) => given.slice(1).includes(key))),
  hasKey: (given) => Object.hasOwn(mapAt(given, 0), textAt(given, 1)),
  // Go has no order of keys: sorted is what any use of them has to bear.
  keys: (given) => given.flatMap((_, index) => sortedEntries(mapAt(given, index)).map(([key]) => key)),
  values: (given) => sortedEntries(mapAt(given, 0)).map(([, value]) => value),
  pluck: (given) => given.slice(1).flatMap((_, index) => own(mapAt(given, index + 1), textAt(given, 0)) ?? []),
  dig,
  merge: (given) => mergeAll(given.map((_, index) => mapAt(given, index))),
  mergeOverwrite: (given) => mergeAll(given.map((_, index) => mapAt(given, index)).reverse()),
}
