import { fail } from '../failure.ts'
import { type GoMap, type GoValue, goText, isGoList, isGoMap } from '../value.ts'

export type GoFunction = (given: readonly GoValue[]) => GoValue

/** Most of what one function makes: a repeat or a list without end stops here. */
export const MOST = 100_000

export function at(given: readonly GoValue[], index: number): GoValue {
  const value = given[index]
  return value === undefined ? fail('a function of a template lacks an argument') : value
}

/** A text; Go refuses any other kind where sprig wants one. */
export function textAt(given: readonly GoValue[], index: number): string {
  const value = at(given, index)
  return typeof value === 'string' ? value : fail(`a function wants a text and gets ${goText(value).slice(0, 40)}`)
}

export function mapAt(given: readonly GoValue[], index: number): GoMap {
  const value = at(given, index)
  return isGoMap(value) ? value : fail(`a function wants a map and gets ${goText(value).slice(0, 40)}`)
}

export function listAt(given: readonly GoValue[], index: number): readonly GoValue[] {
  const value = at(given, index)
  return isGoList(value) ? value : fail(`a function wants a list and gets ${goText(value).slice(0, 40)}`)
}

/** sprig's `strval`: as text, nil as Go prints it. */
export function strval(value: GoValue): string {
  return goText(value)
}

/** sprig's `toInt64`: anything that reads as a whole number, else 0. */
export function intOf(value: GoValue): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return BigInt(Math.trunc(value))
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string' && /^[-+]?\d{1,18}$/.test(value)) return BigInt(value.replace(/^\+/, ''))
  return 0n
}

export function countAt(given: readonly GoValue[], index: number): number {
  const count = Number(intOf(at(given, index)))
  return Math.abs(count) > MOST ? fail(`a function of a template is asked for ${count}`) : count
}

export function floatOf(value: GoValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && /^[-+]?\d{1,18}(?:\.\d{1,18})?$/.test(value) ? Number(value) : 0
}

/** The text, if it is no longer than a template may be. */
export function bounded(text: string): string {
  return text.length > 1024 * 1024 ? fail('a function of a template makes more than 1 MiB') : text
}
