import { fail } from '../failure.ts'
import { type GoValue, goText, isGoList, isGoMap } from '../value.ts'
import { at, type GoFunction, textAt } from './arguments.ts'

/** Whether `if` takes a value for true: anything but nothing, zero and what is empty. */
export function isTrue(value: GoValue): boolean {
  if (value === null) return false
  if (isGoList(value)) return value.length > 0
  if (isGoMap(value)) return Object.keys(value).length > 0
  return typeof value === 'bigint' ? value !== 0n : Boolean(value)
}

function isNumber(value: GoValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function kindOf(value: GoValue): string {
  if (value === null) return 'invalid'
  if (isGoList(value)) return 'slice'
  if (isGoMap(value)) return 'map'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'bigint') return 'int'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** Go compares basic kinds, and refuses to compare a text with a number or an int with a float. */
function equal(a: GoValue, b: GoValue): boolean {
  if (a === null || b === null) return a === b
  if (kindOf(a) !== kindOf(b)) return fail(`eq compares ${goText(a).slice(0, 40)} with ${goText(b).slice(0, 40)}`)
  if (typeof a === 'object' || typeof b === 'object') return fail('eq compares maps or lists')
  return a === b
}

function order(given: readonly GoValue[]): number {
  const [a, b] = [at(given, 0), at(given, 1)]
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (!isNumber(a) || !isNumber(b) || typeof a !== typeof b) return fail('lt, le, gt or ge compares what has no order')
  return a < b ? -1 : a > b ? 1 : 0
}

function firstTrue(given: readonly GoValue[]): GoValue {
  return given.find(isTrue) ?? null
}

function index(given: readonly GoValue[]): GoValue {
  return given.slice(1).reduce(
    (value: GoValue, key): GoValue => {
      if (isGoList(value)) {
        const position = isNumber(key) ? Number(key) : fail('index of a list wants a number')
        return (
          value[position] ??
          (position >= 0 && position < value.length ? null : fail(`index ${position} is out of range`))
        )
      }
      if (isGoMap(value)) return typeof key === 'string' && Object.hasOwn(value, key) ? (value[key] ?? null) : null
      return fail(`index of ${goText(value).slice(0, 40)}`)
    },
    at(given, 0),
  )
}

function length(given: readonly GoValue[]): GoValue {
  const value = at(given, 0)
  if (typeof value === 'string') return BigInt(new TextEncoder().encode(value).length)
  if (isGoList(value)) return BigInt(value.length)
  return isGoMap(value) ? BigInt(Object.keys(value).length) : fail(`len of ${goText(value).slice(0, 40)}`)
}

/** `and` and `or` are not here: they look at no more arguments than they need. */
export const logic: Readonly<Record<string, GoFunction>> = {
  eq: (given) => given.slice(1).some((one) => equal(at(given, 0), one)),
  ne: (given) => !equal(at(given, 0), at(given, 1)),
  lt: (given) => order(given) < 0,
  le: (given) => order(given) <= 0,
  gt: (given) => order(given) > 0,
  ge: (given) => order(given) >= 0,
  not: (given) => !isTrue(at(given, 0)),
  empty: (given) => !isTrue(at(given, 0)),
  default: (given) => (given.length > 1 && isTrue(at(given, 1)) ? at(given, 1) : at(given, 0)),
  coalesce: firstTrue,
  ternary: (given) => (at(given, 2) === true ? at(given, 0) : at(given, 1)),
  all: (given) => given.every(isTrue),
  any: (given) => given.some(isTrue),
  index,
  len: length,
  kindOf: (given) => kindOf(at(given, 0)),
  kindIs: (given) => at(given, 0) === kindOf(at(given, 1)),
  fail: (given) => fail(`the template says: ${textAt(given, 0).slice(0, 200)}`),
}
