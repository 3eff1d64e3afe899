import { merged, type ParameterSet } from './parameters.ts'
import type { GoMap } from './template/index.ts'
import { stop } from './unresolved.ts'

function keyOf(values: GoMap, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => (Object.hasOwn(values, key) ? values[key] : null)))
}

function byKey(sets: readonly ParameterSet[], keys: readonly string[]): Map<string, ParameterSet> {
  const found = new Map<string, ParameterSet>()
  for (const set of sets) {
    const key = keyOf(set.values, keys)
    if (found.has(key))
      stop('application-unreadable', `two parameter sets of a merge have the key ${key.slice(0, 100)}`)
    found.set(key, set)
  }
  return found
}

/** The sets of the first generator, each with what later ones of the same keys add or replace. */
export function mergeSets(
  keys: readonly string[],
  all: readonly (readonly ParameterSet[])[],
  goTemplate: boolean,
): readonly ParameterSet[] {
  const [base, ...others] = all
  if (keys.length === 0) return stop('application-unreadable', 'a merge generator has no mergeKeys')
  if (base === undefined || others.length === 0)
    return stop('application-unreadable', 'a merge generator has two generators or more')
  const unique = [...new Set(keys)].sort()
  const result = byKey(base, unique)
  for (const sets of others) {
    for (const [key, over] of byKey(sets, unique)) {
      const set = result.get(key)
      if (set === undefined) continue
      const values = goTemplate ? merged(set.values, over.values) : { ...set.values, ...over.values }
      result.set(key, { values, sources: [...over.sources, ...set.sources] })
    }
  }
  return [...result.values()]
}
