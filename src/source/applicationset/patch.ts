import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/index.ts'
import { stop } from './unresolved.ts'

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A generator's own template with what it leaves out taken from that of the ApplicationSet. Values of a chart are taken whole. */
export function filledTemplate(own: JsonObject, base: JsonObject): JsonObject {
  const entries = new Map(Object.entries(own))
  for (const [key, value] of Object.entries(base)) {
    const there = entries.get(key)
    if (there === undefined || isEmpty(there)) entries.set(key, value)
    else if (isJsonObject(there) && isJsonObject(value) && key !== 'valuesObject')
      entries.set(key, filledTemplate(there, value))
  }
  return Object.fromEntries(entries)
}

/**
 * A strategic merge patch over an Application: maps are merged, null takes a key away, lists are replaced (an Application has none that
 * merge, but for `finalizers`). Directives (`$patch`) are refused.
 */
export function patched(base: JsonObject, patch: JsonObject): JsonObject {
  const entries = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) stop('unsupported-applicationset', `templatePatch uses ${key}, which is not built here`)
    const there = entries.get(key)
    if (value === null) entries.delete(key)
    else if (isJsonObject(value)) entries.set(key, patched(isJsonObject(there) ? there : {}, value))
    else entries.set(key, value)
  }
  return Object.fromEntries(entries)
}
