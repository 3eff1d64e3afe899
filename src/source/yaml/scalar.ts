import type { JsonPrimitive } from '../../domain/index.ts'

const WORDS: ReadonlyMap<string, JsonPrimitive> = new Map<string, JsonPrimitive>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

/**
 * How plain words are read. `manifest`: as kustomize reads objects (go-yaml v3). `settings`: as it reads its own files and JSON
 * patches (sigs.k8s.io/yaml, go-yaml v2), where `yes` and `on` are true and a date is text.
 */
export type Dialect = 'manifest' | 'settings'

const OLD_TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON)$/
const OLD_FALSE = /^(?:n|N|no|No|NO|off|Off|OFF)$/

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const INSTANT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)?$/

/**
 * What an untagged plain scalar is to kubectl and kustomize: integers of YAML 1.1 and 1.2 with underscores in either dialect; in
 * manifests `true` and `false` but not `yes` or `on`, and timestamps, which become RFC 3339 text.
 */
export function plainScalar(source: string, dialect: Dialect = 'manifest'): JsonPrimitive {
  const word = WORDS.get(source)
  if (word !== undefined) return word
  if (dialect === 'settings' && OLD_TRUE.test(source)) return true
  if (dialect === 'settings' && OLD_FALSE.test(source)) return false
  const first = source.charCodeAt(0)
  const digit = first >= 48 && first <= 57
  if (!digit && source[0] !== '+' && source[0] !== '-' && source[0] !== '.') return source
  if (digit && dialect === 'manifest') {
    const time = timestamp(source)
    if (time !== undefined) return time
  }
  return numberOf(source) ?? source
}

/** The number that a plain scalar writes, or undefined when it is text. Never NaN or infinite: JSON has neither. */
export function numberOf(source: string): number | undefined {
  const text = source.replaceAll('_', '')
  const integer = integerOf(text)
  if (integer !== undefined) return integer
  if (!FLOAT.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value + 0 : undefined
}

function integerOf(text: string): number | undefined {
  const match = /^([-+]?)(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]+|0|[1-9]\d*)$/.exec(text)
  if (match === null) return undefined
  const digits = match[2] ?? ''
  const magnitude = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return match[1] === '-' && magnitude !== 0 ? -magnitude : magnitude
}

function two(text: string | undefined): string {
  return (text ?? '').padStart(2, '0')
}

/** Go writes a decoded timestamp as RFC 3339 without trailing zeros of the fraction. */
function timestamp(source: string): string | undefined {
  const date = DATE.exec(source)
  if (date !== null) return isDay(date) ? `${date[1]}-${two(date[2])}-${two(date[3])}T00:00:00Z` : undefined
  const at = INSTANT.exec(source)
  if (at === null || !isDay(at) || Number(at[4]) > 23 || Number(at[5]) > 59 || Number(at[6]) > 59) return undefined
  const fraction = (at[7] ?? '').replace(/0+$/, '')
  const seconds = fraction === '' ? two(at[6]) : `${two(at[6])}.${fraction}`
  return `${at[1]}-${two(at[2])}-${two(at[3])}T${two(at[4])}:${two(at[5])}:${seconds}${at[8] ?? 'Z'}`
}

function isDay(match: RegExpExecArray): boolean {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
