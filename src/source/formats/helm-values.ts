import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import type { ResolvedSource, SourceFile } from '../resolve.ts'
import { filesBelow, joinPath } from '../tree.ts'
import { readYaml } from '../yaml/index.ts'
import { sourceFile } from './format.ts'

const SUBCHART_DEPTH = 5

/** Helm's merge: maps by key, null takes a key away, anything else replaces. */
export function mergeValues(base: JsonValue | undefined, over: JsonValue | undefined): JsonValue {
  if (over === undefined) return base ?? {}
  if (!isJsonObject(over)) return over
  const merged = new Map(isJsonObject(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(over)) {
    if (value === null) merged.delete(key)
    else merged.set(key, isJsonObject(value) ? mergeValues(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}

function firstValue(file: SourceFile): JsonValue | undefined | Refused {
  const bytes = file.tree.bytes(file.path)
  if (bytes === undefined) return undefined
  const read = readYaml(bytes, file.path)
  return read.read ? read.documents[0]?.value : refuse(read.reason, read.message)
}

/** The values that a chart brings: its own over those of its unpacked subcharts, each under its alias or name. */
function chartDefaults(source: ResolvedSource, dir: string, depth: number): JsonValue | Refused {
  const own = firstValue(sourceFile(source, joinPath(dir, 'values.yaml') ?? ''))
  if (isRefused(own)) return own
  if (depth === 0) return own ?? {}
  const defaults = new Map<string, JsonValue>()
  for (const { key, path } of subcharts(source, dir)) {
    const values = chartDefaults(source, path, depth - 1)
    if (isRefused(values)) return values
    defaults.set(key, values)
  }
  return mergeValues(Object.fromEntries(defaults), own ?? {})
}

function subcharts(source: ResolvedSource, dir: string): readonly { readonly key: string; readonly path: string }[] {
  const charts = joinPath(dir, 'charts') ?? 'charts'
  const names = new Set(
    filesBelow(source.tree, charts).flatMap(
      (path) => /^([^/]+)\/Chart\.yaml$/.exec(path.slice(charts.length + 1))?.[1] ?? [],
    ),
  )
  const chart = firstValue(sourceFile(source, joinPath(dir, 'Chart.yaml') ?? ''))
  const dependencies = isRefused(chart) ? undefined : valueAt(chart, ['dependencies'])
  return [...names].flatMap((name) => {
    const uses = Array.isArray(dependencies)
      ? dependencies.filter(isJsonObject).filter((one) => one['name'] === name)
      : []
    const keys =
      uses.length === 0 ? [name] : uses.map((one) => (typeof one['alias'] === 'string' ? one['alias'] : name))
    return keys.map((key) => ({ key, path: `${charts}/${name}` }))
  })
}

/** What the chart and all value files together say, before anything inline. */
export function fileValues(source: ResolvedSource): JsonValue | Refused {
  let merged = chartDefaults(source, source.dir, SUBCHART_DEPTH)
  if (isRefused(merged)) return merged
  for (const file of source.valueFiles) {
    const value = firstValue(file)
    if (isRefused(value)) return value
    if (value !== undefined && value !== null) merged = mergeValues(merged, value)
  }
  return merged
}

/** Values written in the Application: `valuesObject` where there is one, else the text of `values`. */
export function inlineValues(source: ResolvedSource): JsonValue | undefined | Refused {
  const helm = source.source.helm
  if (helm?.valuesObject !== undefined) return helm.valuesObject
  if (helm?.values === undefined || helm.values === '') return undefined
  const read = readYaml(new TextEncoder().encode(helm.values), `${source.where}.helm.values`)
  return read.read ? read.documents[0]?.value : refuse(read.reason, read.message)
}

type ValueAt = { readonly path: JsonPath; readonly value: JsonValue }

/** The value with others at some paths; maps on the way are made. One pass, whatever the number of changes. */
export function withValues(root: JsonValue | undefined, changes: readonly ValueAt[]): JsonValue {
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
    return below === undefined ? value : withValues(value, below)
  }
  if (Array.isArray(root)) return root.map((item: JsonValue, index) => child(String(index), item) ?? null)
  const map: JsonObject = isJsonObject(root) ? root : {}
  const added = [...byStep.keys()].filter((step) => !Object.hasOwn(map, step))
  return Object.fromEntries([
    ...Object.entries(map).map(([key, value]): [string, JsonValue] => [key, child(key, value) ?? null]),
    ...added.map((key): [string, JsonValue] => [key, child(key, undefined) ?? null]),
  ])
}

/** Every scalar of a value with its path, and every map where `maps` asks for them. */
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
