import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { insertAt, keyToken } from '../insert.ts'
import type { Written } from '../layout.ts'
import { insertionOffset, type Place, readSource } from '../place.ts'
import { isRefused, type Refused } from '../refused.ts'
import type { SourceFile } from '../resolve.ts'
import { scalarToken } from '../scalar-text.ts'
import type { ValueChange } from './helm-changes.ts'
import { eachValue, withValues } from './helm-values.ts'

/** A longer list is a part of the chart rather than a setting of an environment. */
const MOST_VALUES = 60

/** A value as it is written anew; undefined for what is not written: texts of several lines, lists right within lists. */
function writtenOf(value: JsonValue): Written | undefined {
  if (typeof value === 'string')
    return /[\p{Cc}\u2028\u2029]/u.test(value)
      ? undefined
      : { token: scalarToken(value, { quotes: 'plain', inFlow: true, keepNumber: false, boolean: false }) }
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => (Array.isArray(item) ? undefined : writtenOf(item)))
    const known = items.filter((item) => item !== undefined)
    if (known.length < items.length) return undefined
    return known.length === 0 ? { token: '[]' } : { items: known }
  }
  if (!isJsonObject(value)) return { token: String(value) }
  const entries: (readonly [string, Written])[] = []
  for (const [key, inner] of Object.entries(value)) {
    const written = writtenOf(inner)
    if (written === undefined) return undefined
    entries.push([keyToken(key), written])
  }
  return entries.length === 0 ? { token: '{}' } : { entries }
}

/** The outermost list on the way to a value. */
function listOn(path: JsonPath): JsonPath {
  return path.slice(
    0,
    path.findIndex((step) => typeof step === 'number'),
  )
}

/**
 * The list that only the chart's defaults define, whole, with the changes in it, as a new entry of a value file: helm replaces lists, so
 * that is how a person changes one element. Undefined where it can't be written so. The proof shows that everything else in it stayed.
 */
export function listPlace(
  file: SourceFile,
  changes: readonly ValueChange[],
  values: JsonValue,
): Place | Refused | undefined {
  const [main] = changes
  if (main === undefined) return undefined
  const path = listOn(main.path)
  const list = valueAt(values, path)
  if (!Array.isArray(list) || changes.some((one) => JSON.stringify(listOn(one.path)) !== JSON.stringify(path)))
    return undefined
  const changed = withValues(
    list,
    changes.map((one) => ({
      path: one.path.slice(path.length),
      value: one.number === true ? Number(one.value) : one.value,
    })),
  )
  let count = 0
  eachValue(changed, () => {
    count += 1
  })
  const written = count > MOST_VALUES ? undefined : writtenOf(changed)
  if (written === undefined) return undefined
  const source = readSource(file.tree, file.path)
  if (isRefused(source)) return source
  const splices = insertAt(source, 0, path, written)
  if (isRefused(splices)) return splices
  return {
    by: 'values',
    file,
    splices,
    at: insertionOffset(source.text, splices),
    text: '',
    within: { document: 0, path },
  }
}
