import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { isBlank, type SourceText, walk } from '../nodes.ts'
import { type Place, passage, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import type { SourceFile } from '../resolve.ts'
import { editedText, encode, splicesOf, spliceText, textOf } from '../splice.ts'
import { joinPath } from '../tree.ts'
import type { Passage } from '../world.ts'
import { readYaml } from '../yaml/index.ts'
import { sourceFile } from './format.ts'
import type { ValueChange } from './helm-changes.ts'
import { chartOf } from './helm-charts.ts'
import { valuesIn } from './helm-values.ts'

function defines(file: SourceFile, path: JsonPath): boolean {
  const source = readSource(file.tree, file.path)
  if (isRefused(source) || isBlank(source, 0)) return false
  const found = walk(source, 0, path)
  // An anchor on the way defines the value too; what may be done about it is said when it is set.
  return isRefused(found) || found.rest.length === 0
}

/** How many steps of the path the file has already: a person writes beside what is there. */
function depthIn(file: SourceFile, path: JsonPath): number {
  const values = valuesIn(file)
  const missing = path.findIndex((_, index) => valueAt(values, path.slice(0, index + 1)) === undefined)
  return missing < 0 ? path.length : missing
}

/** Files in which a value may be inserted: those of this environment alone first, the one with the nearest siblings, then the last. */
export function insertable(question: Question, path: JsonPath, files: readonly SourceFile[]): readonly SourceFile[] {
  // The chart's own defaults stay the chart's, also where the Application lists them as a layer.
  const defaults = joinPath(question.source.dir, 'values.yaml')
  const ranked = files.map((file, index) => ({
    file,
    index,
    shared: question.sharedBy(file).length > 0 || file.path === defaults ? 1 : 0,
    depth: depthIn(file, path),
  }))
  return ranked
    .sort((a, b) => a.shared - b.shared || b.depth - a.depth || b.index - a.index)
    .map(({ file }) => file)
    .slice(0, 2)
}

/**
 * The files in which the value may be set, the best first: the last that defines it, unless others read that one and a later one is
 * free. A position in a list is set where the list stands, because a later list would replace it whole. Undefined where no file may.
 */
export function layerFiles(question: Question, path: JsonPath): readonly SourceFile[] {
  const { valueFiles } = question.source
  const position = path.findLastIndex((step) => typeof step === 'number')
  const listed = position >= 0
  const sought = listed ? path.slice(0, position + 1) : path
  const at = valueFiles.findLastIndex((file) => defines(file, sought))
  const defining = valueFiles[at]
  const own = ownDefaults(question)
  if (defining === undefined) {
    if (listed) return own !== undefined && defines(own, sought) ? [own] : []
    return valueFiles.length > 0 ? insertable(question, path, valueFiles) : own === undefined ? [] : [own]
  }
  if (listed || at === valueFiles.length - 1) return [defining]
  const later = insertable(question, path, valueFiles.slice(at + 1))
  // The chart's own defaults stay the chart's, also where the Application lists them as a layer.
  if (defining.path === joinPath(question.source.dir, 'values.yaml')) return [...later, defining]
  return question.sharedBy(defining).length > 0 ? later : [defining, ...later]
}

/**
 * The value file that would be the place of the value if it existed: the Application names it and lets it be missing, and every layer that
 * exists is the chart's or read by others too. Undefined where there is none, and where a layer over it sets the value.
 */
export function fileToCreate(question: Question, path: JsonPath): SourceFile | undefined {
  const { valueFiles, missing, dir } = question.source
  const defaults = joinPath(dir, 'values.yaml')
  const own = valueFiles.some((file) => file.path !== defaults && question.sharedBy(file).length === 0)
  if (own || path.some((step) => typeof step === 'number')) return undefined
  const at = valueFiles.findLastIndex((file) => defines(file, path))
  return missing.findLast(({ after }) => after > at)
}

/**
 * Where the value stands now: in the last value file that defines it, else in the chart's own defaults. Undefined where neither does, and
 * for what is not rendered yet.
 */
export function writerOf(question: Question, path: JsonPath): Passage | undefined {
  const { source, current } = question
  const defaults = sourceFile(source, joinPath(source.dir, 'values.yaml') ?? 'values.yaml')
  const files = source.tree.blob(defaults.path) === undefined ? [] : [defaults]
  const file = [...files, ...source.valueFiles].findLast((one) => defines(one, path))
  const text = file === undefined || current === undefined ? undefined : readSource(file.tree, file.path)
  if (file === undefined || text === undefined || isRefused(text)) return undefined
  const found = walk(text, 0, path)
  return isRefused(found) || found.rest.length > 0
    ? undefined
    : passage({ file, source: text, by: 'values' }, found.node)
}

/** Without any value file, an own chart's defaults are what people edit. */
export function ownDefaults({ source, context }: Question): SourceFile | undefined {
  const path = joinPath(source.dir, 'values.yaml') ?? 'values.yaml'
  const { foreign } = chartOf(source, context.deps.unpack)
  return foreign !== undefined || source.tree.blob(path) === undefined ? undefined : sourceFile(source, path)
}

/** A document, and the path in it under which the values stand. */
export type ValuesAt = {
  readonly file: SourceFile
  readonly source: SourceText
  readonly document: number
  readonly base: JsonPath
  readonly by: string
}

/** All changes in one file of values, each made in the text that the ones before left. */
export function placeIn(question: Question, file: SourceFile, changes: readonly ValueChange[]): Place | Refused {
  const source = readSource(file.tree, file.path)
  return isRefused(source) ? source : placeAt(question, { file, source, document: 0, base: [], by: 'values' }, changes)
}

export function placeAt(question: Question, at: ValuesAt, changes: readonly ValueChange[]): Place | Refused {
  const { file, document, base, by } = at
  const set = (source: SourceText, { path, value, number = false }: ValueChange): Place | Refused =>
    setAt({ file, source, document, path: [...base, ...path], value, kind: question.kind, by, number })
  const last = changes.at(-1)
  const shown = last === undefined ? refuse('not-in-git', `${file.path}: nothing to change`) : set(at.source, last)
  if (isRefused(shown) || changes.length === 1) return shown
  let [edited, now] = [editedText(at.source.text), at.source]
  for (const change of changes) {
    const place = set(now, change)
    if (isRefused(place)) return place
    edited = spliceText(edited, place.splices)
    const read = readYaml(encode(textOf(edited)), file.path)
    if (!read.read) return refuse('not-in-git', `the edit would leave ${file.path} unreadable: ${read.message}`)
    now = { ...now, text: read.text, documents: read.documents }
  }
  return { ...shown, splices: splicesOf(edited), within: { document, path: [...base, ...common(changes)] } }
}

/** The path that all changes have in common. */
function common(changes: readonly ValueChange[]): JsonPath {
  const [first, ...others] = changes.map(({ path }) => path)
  const path = first ?? []
  const differs = path.findIndex((step, index) => others.some((other) => other[index] !== step))
  return path.slice(0, differs < 0 ? path.length : differs)
}

type Entry = readonly [string, string, JsonValue]

function entriesOf(resources: JsonValue | undefined): readonly Entry[] {
  return ['limits', 'requests'].flatMap((half) => {
    const map = valueAt(resources, [half])
    return isJsonObject(map) ? Object.entries(map).map(([name, value]): Entry => [half, name, value]) : []
  })
}

/**
 * The change together with everything that is rendered under the same `resources` now and that no value declares: charts drop a preset
 * whole as soon as one key of it is set. Undefined where there is nothing to write beside it.
 */
export function wholeResources(
  question: Question,
  change: ValueChange,
  values: JsonValue,
): readonly ValueChange[] | undefined {
  const { place, object } = question
  const [resources, half, name] = place.path.slice(-3)
  const same = change.path.at(-2) === half && change.path.at(-1) === name
  if (resources !== 'resources' || !same) return undefined
  const map = change.path.slice(0, -2)
  const rendered = entriesOf(valueAt(object.manifest, place.path.slice(0, -2)))
  const beside = rendered.flatMap(([at, key, value]): ValueChange[] => {
    const path = [...map, at, key]
    if ((at === half && key === name) || valueAt(values, path) !== undefined) return []
    return typeof value === 'string' || typeof value === 'number'
      ? [{ path, value: String(value), number: typeof value === 'number' }]
      : []
  })
  if (beside.length === 0) return undefined
  // In the order in which they are rendered, so that limits come before requests.
  const order = rendered.map(([at, key]) => `${at} ${key}`)
  const rank = ({ path }: ValueChange): number => {
    const found = order.indexOf(`${String(path.at(-2))} ${String(path.at(-1))}`)
    return found < 0 ? order.findLastIndex((one) => one.startsWith(`${String(path.at(-2))} `)) + 0.5 : found
  }
  return [...beside, change].sort((a, b) => rank(a) - rank(b))
}
