import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../domain/index.ts'
import { isMoreThanValues } from './chart-files.ts'
import { diffLeaves } from './diff.ts'
import { inlineValues } from './formats/helm-values.ts'
import { isRefused } from './refused.ts'
import { type ResolvedSource, type SourceFile, treeAt } from './resolve.ts'
import { bytesIfReadable } from './tree.ts'
import { sameTree, type TreeAt } from './world.ts'
import { readYaml } from './yaml/index.ts'

function valuesIn({ tree }: Pick<TreeAt, 'tree'>, path: string): JsonValue | undefined {
  const bytes = bytesIfReadable(tree, path)
  const read = bytes === undefined ? undefined : readYaml(bytes, path)
  return read?.read === true && read.documents.length <= 1 ? (read.documents[0]?.value ?? {}) : undefined
}

/** Whether a layer gives the leaf, or something above it, a value of its own that is no map. */
function sets(layer: JsonValue, path: JsonPath): boolean {
  return path.some((_, index) => {
    const value = valueAt(layer, path.slice(0, index + 1))
    return value !== undefined && value !== null && !isJsonObject(value)
  })
}

/** `--set a.b=1` as a layer; names with escapes or list positions are left out, and so shadow nothing. */
function parameterLayers(source: ResolvedSource): readonly JsonValue[] {
  return (source.source.helm?.parameters ?? []).flatMap(({ name, value }) => {
    if (!/^[\w-]+(?:\.[\w-]+)*$/.test(name) || value === '' || value === 'null') return []
    return [name.split('.').reduceRight<JsonValue>((inner, step) => ({ [step]: inner }), value)]
  })
}

/** What is laid over the last mention of a value file, undefined where one of the layers cannot be read. */
function layersAbove(source: ResolvedSource, isFile: (file: SourceFile) => boolean): readonly JsonValue[] | undefined {
  const above = source.valueFiles.slice(source.valueFiles.findLastIndex(isFile) + 1)
  const layers = above.map((file) => valuesIn(file, file.path))
  const inline = inlineValues(source)
  if (isRefused(inline) || layers.some((layer) => layer === undefined)) return undefined
  const files = layers.filter((layer) => layer !== undefined)
  return [...files, ...(inline === undefined ? [] : [inline]), ...parameterLayers(source)]
}

function alsoReadByChart(source: ResolvedSource, from: TreeAt, path: string): boolean {
  return sameTree(treeAt(source), from) && isMoreThanValues(source.tree, source.dir, path)
}

/**
 * Whether a change of a value file can't show in a chart because a later value file, the Application or a parameter sets each changed
 * leaf again, and the chart reads the file in no other way. Then helm gets equal values before and after, and nothing has to be rendered to know what it gives.
 */
export function isShadowed(source: ResolvedSource, from: TreeAt, to: TreeAt, path: string): boolean {
  const isFile = (file: SourceFile): boolean => file.path === path && sameTree(file, from)
  if (!source.valueFiles.some(isFile) || alsoReadByChart(source, from, path)) return false
  const [before, after] = [valuesIn(from, path), valuesIn(to, path)]
  const layers = layersAbove(source, isFile)
  if (before === undefined || after === undefined || layers === undefined) return false
  return diffLeaves(before, after).every(
    (leaf) => leaf.path.length > 0 && layers.some((layer) => sets(layer, leaf.path)),
  )
}
