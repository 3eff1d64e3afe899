import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, type UnpackChart } from '../../domain/index.ts'
import { isRefused, type Refused } from '../refused.ts'
import type { ResolvedSource, SourceFile } from '../resolve.ts'
import { joinPath } from '../tree.ts'
import { firstValue } from './first-value.ts'
import { type Chart, chartOf } from './helm-charts.ts'

/** What the chart and all value files together say, before anything inline. */
export type Declared = {
  /** Without what a null takes away. */
  readonly values: JsonValue
  /** Paths at which a null stands last. */
  readonly nulls: readonly JsonPath[]
}

/** Helm's merge, except that nulls stay: maps by key, anything else replaces. */
function layOver(base: JsonValue | undefined, over: JsonValue | undefined): JsonValue {
  if (over === undefined) return base ?? {}
  if (!isJsonObject(over)) return over
  const merged = new Map(isJsonObject(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(over))
    merged.set(key, isJsonObject(value) ? layOver(merged.get(key), value) : value)
  return Object.fromEntries(merged)
}

function withoutNulls(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([, one]) => one !== null)
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNulls(one)]))
}

function nullsIn(value: JsonValue, path: JsonPath = []): readonly JsonPath[] {
  if (value === null) return [path]
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, one]) => nullsIn(one, [...path, key])) : []
}

/** The values that a chart brings: its own over those of the charts below it, each under its alias or name. */
function chartDefaults(chart: Chart): JsonValue | Refused {
  const defaults = new Map<string, JsonValue>()
  for (const below of chart.below) {
    const values = chartDefaults(below)
    if (isRefused(values)) return values
    defaults.set(String(below.prefix.at(-1)), values)
  }
  // Last, because what is read next is where a value of the chart itself stands. By the path that it is asked for by then.
  const own = firstValue(chart.files.bytes('values.yaml'), joinPath(chart.dir, 'values.yaml') ?? 'values.yaml')
  return isRefused(own) ? own : layOver(Object.fromEntries(defaults), own ?? {})
}

const declared = new WeakMap<ResolvedSource, Declared | Refused>()

export function declaredValues(source: ResolvedSource, unpack: UnpackChart | undefined): Declared | Refused {
  const known = declared.get(source)
  if (known !== undefined) return known
  const found = readDeclared(source, chartOf(source, unpack))
  declared.set(source, found)
  return found
}

function readDeclared(source: ResolvedSource, chart: Chart): Declared | Refused {
  let merged = chartDefaults(chart)
  if (isRefused(merged)) return merged
  for (const { tree, path } of source.valueFiles) {
    const value = firstValue(tree.bytes(path), path)
    if (isRefused(value)) return value
    if (value !== undefined && value !== null) merged = layOver(merged, value)
  }
  return { values: withoutNulls(merged), nulls: nullsIn(merged) }
}

/** Values written in the Application: `valuesObject` where there is one, else the text of `values`. */
export function inlineValues(source: ResolvedSource): JsonValue | undefined | Refused {
  const helm = source.source.helm
  if (helm?.valuesObject !== undefined) return helm.valuesObject
  if (helm?.values === undefined || helm.values === '') return undefined
  return firstValue(new TextEncoder().encode(helm.values), `${source.where}.helm.values`)
}

/** What a value file says; `{}` where it says nothing that can be read. */
export function valuesIn(file: SourceFile): JsonValue {
  const value = firstValue(file.tree.bytes(file.path), file.path)
  return isRefused(value) || value === undefined ? {} : value
}

export type ValueAt = { readonly path: JsonPath; readonly value: JsonValue }

/**
 * The value with others at some paths; maps on the way are made. With `sparse` maps hold only what leads to a change, lists are whole,
 * because helm replaces them whole. One pass, whatever the number of changes.
 */
export function withValues(root: JsonValue | undefined, changes: readonly ValueAt[], sparse = false): JsonValue {
  const whole = changes.find(({ path }) => path.length === 0)
  if (whole !== undefined) return whole.value
  const byStep = new Map<string, ValueAt[]>()
  for (const { path, value } of changes) {
    const step = String(path[0])
    const below = byStep.get(step) ?? []
    below.push({ path: path.slice(1), value })
    byStep.set(step, below)
  }
  const child = (step: string, value: JsonValue | undefined): JsonValue | undefined => {
    const below = byStep.get(step)
    return below === undefined ? value : withValues(value, below, sparse && !Array.isArray(root))
  }
  if (Array.isArray(root)) return root.map((item: JsonValue, index) => child(String(index), item) ?? null)
  const map: JsonObject = isJsonObject(root) ? root : {}
  const kept = Object.entries(map).filter(([key]) => !sparse || byStep.has(key))
  const added = [...byStep.keys()].filter((step) => !Object.hasOwn(map, step))
  return Object.fromEntries([
    ...kept.map(([key, value]): [string, JsonValue] => [key, child(key, value) ?? null]),
    ...added.map((key): [string, JsonValue] => [key, child(key, undefined) ?? null]),
  ])
}

/** Every value below a value with its path, maps and lists included. */
export function eachValue(
  value: JsonValue | undefined,
  visit: (value: JsonValue, path: JsonPath) => void,
  path: JsonPath = [],
): void {
  if (value === undefined) return
  visit(value, path)
  if (Array.isArray(value)) for (const [index, item] of value.entries()) eachValue(item, visit, [...path, index])
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) eachValue(item, visit, [...path, key])
}
