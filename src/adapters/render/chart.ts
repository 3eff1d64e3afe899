import { posix } from 'node:path'
import {
  type HelmRenderInput,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  KintsugiError,
  type Tree,
} from '../../domain/index.ts'
import { chartPaths } from './chart-paths.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import { outsideReference } from './schema-refs.ts'
import { readYaml } from './yaml.ts'

/** What is handed to helm: paths below the chart's folder and their content. */
export type Chart = { readonly files: ReadonlyMap<string, Uint8Array>; readonly valueFiles: readonly Uint8Array[] }

const MOST_FILES = 5000
/** What a file system takes for one name, in bytes, and far above what a chart has for a whole path. */
const LONGEST_NAME = 255
const LONGEST_PATH = 1024
const MOST_BYTES = 64 * 1024 * 1024
const CHART_CAPS = { characters: 1_048_576, depth: 64, tokens: 80_000, aliases: 100 } as const

/** Names below a chart that helm reads by name, so that a link there is noticed in a tree that cannot list its links. */
const READ_BY_NAME = [
  'Chart.yaml',
  'Chart.lock',
  'values.yaml',
  'values.schema.json',
  'requirements.yaml',
  'templates',
  'charts',
  'crds',
]

/**
 * Takes the chart and its value files out of their trees, or refuses: paths that leave the tree, links and submodules, value files that are
 * URLs or not there, dependencies that are not vendored and schemas
 * that read elsewhere (nothing is fetched), and more than a chart can need. No child has been started yet.
 */
export function takeChart(input: HelmRenderInput): Chart | Refused {
  const { tree, chartPath } = input
  if (chartPath !== '' && !isPlain(chartPath))
    return refuse('unsafe-path', `the chart path ${oneLine(chartPath)} leaves the tree`)
  const prefix = chartPath === '' ? '' : `${chartPath}/`
  const paths = chartPaths(tree, chartPath)
  if (paths.length > MOST_FILES) return refuse('render-limit', `the chart has more than ${MOST_FILES} files`)
  const special = specialOf(tree, chartPath, paths)
  if (special !== undefined)
    return refuse('unsafe-path', `${oneLine(special)} is a link or a submodule, which is never followed`)
  const files = new Map<string, Uint8Array>()
  const budget = { files: MOST_FILES, bytes: MOST_BYTES }
  for (const path of paths) {
    const refused = takeFile(files, tree, path, prefix, budget)
    if (refused !== undefined) return refused
  }
  const valueFiles = takeValueFiles(input, budget)
  if (!Array.isArray(valueFiles)) return valueFiles
  return missingDependency(files) ?? outsideReference(files) ?? { files, valueFiles }
}

/** A tree lists files that it does not read, for their size or since they change under it. */
function contentOf(tree: Tree, path: string): Uint8Array | Refused | undefined {
  try {
    return tree.bytes(path)
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002')
      return refuse('input-too-large', oneLine(error.message))
    throw error
  }
}

/** Relative, without empty parts, `.`, `..`, backslash or NUL. */
function isPlain(path: string): boolean {
  return (
    path !== '' &&
    !path.startsWith('/') &&
    !/[\\\0]/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

export function specialOf(tree: Tree, chartPath: string, paths: readonly string[]): string | undefined {
  const above = chartPath.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
  const listed = tree.specials?.().filter((path) => chartPath === '' || path.startsWith(`${chartPath}/`)) ?? []
  const folders = new Set([chartPath, ...paths.map((path) => posix.dirname(path)).filter((folder) => folder !== '.')])
  const known = [...folders].flatMap((folder) =>
    READ_BY_NAME.map((name) => (folder === '' ? name : `${folder}/${name}`)),
  )
  return [...above, ...listed, ...folders, ...known].find((path) => path !== '' && tree.special(path) !== undefined)
}

function takeFile(
  files: Map<string, Uint8Array>,
  tree: Tree,
  path: string,
  prefix: string,
  budget: { files: number; bytes: number },
): Refused | undefined {
  if (!isPlain(path)) return refuse('unsafe-path', `${oneLine(path)} leaves the tree`)
  const isLong = path.split('/').some((part) => Buffer.byteLength(part) > LONGEST_NAME)
  if (isLong || Buffer.byteLength(path) > LONGEST_PATH)
    return refuse('render-limit', `${oneLine(path)} is longer than a path may be`)
  const content = contentOf(tree, path)
  if (content === undefined) return refuse('unsafe-path', `${oneLine(path)} is not a regular file`)
  if (!(content instanceof Uint8Array)) return content
  budget.files -= 1
  budget.bytes -= content.byteLength
  if (budget.files < 0 || budget.bytes < 0)
    return refuse('render-limit', `the chart has more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MB`)
  files.set(path.slice(prefix.length), content)
  return undefined
}

function takeValueFiles({ valueFiles }: HelmRenderInput, budget: { bytes: number }): Uint8Array[] | Refused {
  const taken: Uint8Array[] = []
  for (const { tree, path } of valueFiles) {
    if (path.includes('://'))
      return refuse('unsafe-path', `the value file ${oneLine(path)} is a URL, which is never fetched`)
    if (!isPlain(path)) return refuse('unsafe-path', `the value file ${oneLine(path)} leaves the tree`)
    if (tree.special(path) !== undefined)
      return refuse('unsafe-path', `the value file ${oneLine(path)} is a link or a submodule`)
    const content = contentOf(tree, path)
    if (content === undefined) return refuse('value-file-missing', `${oneLine(path)} does not exist`)
    if (!(content instanceof Uint8Array)) return content
    budget.bytes -= content.byteLength
    if (budget.bytes < 0) return refuse('render-limit', `the value files have more than ${MOST_BYTES / 1024 / 1024} MB`)
    taken.push(content)
  }
  return taken
}

/** Helm reads dependencies from Chart.yaml, and from requirements.yaml in charts of API version v1. */
function missingDependency(files: ReadonlyMap<string, Uint8Array>): Refused | undefined {
  if (!files.has('Chart.yaml')) return refuse('render-failed', 'there is no Chart.yaml')
  const vendored = vendoredCharts(files)
  if (!Array.isArray(vendored)) return vendored
  for (const name of ['Chart.yaml', 'requirements.yaml']) {
    const content = files.get(name)
    if (content === undefined) continue
    const root = readMap(content, name)
    if ('rendered' in root) return root
    const missing = dependenciesIn(root.map['dependencies']).find((one) => !vendored.some((has) => has(one.name)))
    if (missing !== undefined) return notVendored(missing, name)
  }
  return undefined
}

/** What stands in charts/: a folder goes by the name inside it, an archive by the beginning of its own. */
function vendoredCharts(files: ReadonlyMap<string, Uint8Array>): ((name: string) => boolean)[] | Refused {
  const found: ((name: string) => boolean)[] = []
  for (const [path, content] of files) {
    const archive = /^charts\/([^/]+\.tgz)$/.exec(path)?.[1]
    if (archive !== undefined) found.push((name) => archive.startsWith(`${name}-`))
    if (!/^charts\/[^/]+\/Chart\.yaml$/.test(path)) continue
    const root = readMap(content, path)
    if ('rendered' in root) return root
    found.push((name) => root.map['name'] === name)
  }
  return found
}

/** By the very bytes: one chart is taken for render after render. */
const maps = new WeakMap<Uint8Array, { readonly map: JsonObject }>()

function readMap(content: Uint8Array, name: string): { readonly map: JsonObject } | Refused {
  const known = maps.get(content)
  if (known !== undefined) return known
  const read = readYaml(new TextDecoder().decode(content), CHART_CAPS)
  if (!read.read)
    return refuse(read.excess ? 'render-limit' : 'render-failed', `${oneLine(name)}: ${oneLine(read.message)}`)
  const root = read.documents[0]
  const made = { map: isJsonObject(root) ? root : {} }
  maps.set(content, made)
  return made
}

type Dependency = { readonly name: string; readonly repository: string }

function dependenciesIn(list: JsonValue | undefined): readonly Dependency[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((one: JsonValue) => {
    if (!isJsonObject(one) || typeof one['name'] !== 'string') return []
    const { name, repository } = one
    return [{ name, repository: typeof repository === 'string' ? repository : '' }]
  })
}

/** Where the chart of a dependency could come from decides what there is to do. */
function notVendored({ name, repository }: Dependency, file: string): Refused {
  const what = `the dependency ${oneLine(name)} of ${file}`
  if (/^(?:https?|oci):\/\//i.test(repository))
    return refuse('source-missing', `${what} is not in charts/, and ${oneLine(repository)} is not at hand`)
  return refuse('unsupported-source', `${what} is not in charts/: vendor it, as helm dependency build does`)
}
