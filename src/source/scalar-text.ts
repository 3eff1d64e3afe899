import { numberOf, plainScalar } from './yaml/index.ts'

export type Quotes = 'plain' | 'single' | 'double'

// YAML 1.1 words and base-60 numbers: helm's and older readers take them for booleans and numbers, newer ones for text.
const WORD_OF_1_1 = /^(?:y|n|yes|no|on|off|true|false|null|~|<<|=)$/i
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/
// Some readers make a time of it.
const DATE = /^\d{4}-\d{1,2}-\d{1,2}/
const SPECIAL_FLOAT = /^[-+]?\.(?:inf|nan)$/i
const INDICATOR_FIRST = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]/
const UNSAFE_PLAIN = /:(?:\s|$)|\s#|^\s|\s$|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/

/** Whether `value` may stand without quotes and be text to every reader, of YAML 1.1 and 1.2 alike. */
export function isPlainText(value: string, inFlow: boolean): boolean {
  if (value === '' || value.startsWith('---') || value.startsWith('...')) return false
  if (WORD_OF_1_1.test(value) || BASE_60.test(value) || DATE.test(value) || SPECIAL_FLOAT.test(value)) return false
  if (typeof plainScalar(value) !== 'string' || plainScalar(value) !== value) return false
  if (INDICATOR_FIRST.test(value) || UNSAFE_PLAIN.test(value)) return false
  return !inFlow || !/[,[\]{}]/.test(value)
}

/** Text that needs quotes gets double ones, unless the author wrote single ones. */
export function quote(value: string, quotes: Quotes): string {
  return quotes === 'single' ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value)
}

/**
 * The token for a value in the author's notation. `keepNumber` says that a plain number stands where a number stood, `boolean` that true
 * and false are meant; else a plain token always re-parses to text, with quotes where it would not.
 */
export function scalarToken(
  value: string,
  style: {
    readonly quotes: Quotes
    readonly inFlow: boolean
    readonly keepNumber: boolean
    readonly boolean?: boolean
  },
): string {
  if (style.boolean === true && (value === 'true' || value === 'false')) return value
  if (style.quotes !== 'plain') return quote(value, style.quotes)
  if (style.keepNumber && numberOf(value) !== undefined && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)) return value
  return isPlainText(value, style.inFlow) ? value : quote(value, 'double')
}
