import { fail } from '../failure.ts'
import type { GoValue } from '../value.ts'
import { at, floatOf, type GoFunction, intOf } from './arguments.ts'

function folded(given: readonly GoValue[], step: (a: bigint, b: bigint) => bigint): bigint {
  return given.slice(1).reduce((value: bigint, one) => bounded(step(value, intOf(one))), intOf(at(given, 0)))
}

function bounded(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function divisor(value: bigint): bigint {
  return value === 0n ? fail('a template divides by zero') : value
}

function higher(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

export const numbers: Readonly<Record<string, GoFunction>> = {
  add: (given) => folded(given, (a, b) => a + b),
  add1: (given) => bounded(intOf(at(given, 0)) + 1n),
  sub: (given) => folded(given, (a, b) => a - b),
  mul: (given) => folded(given, (a, b) => a * b),
  div: (given) => folded(given, (a, b) => a / divisor(b)),
  mod: (given) => folded(given, (a, b) => a % divisor(b)),
  max: (given) => folded(given, (a, b) => higher(a, b)),
  min: (given) => folded(given, (a, b) => -higher(-a, -b)),
  float64: (given) => floatOf(at(given, 0)),
  floor: (given) => Math.floor(floatOf(at(given, 0))),
  ceil: (given) => Math.ceil(floatOf(at(given, 0))),
}
