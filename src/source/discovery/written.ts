import {
  type Application,
  groupOf,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  type Reason,
  type Tree,
  type WrittenAt,
} from '../../domain/index.ts'
import { parseApplication } from '../application.ts'
import { type ApplicationSet, applicationSetOf } from '../applicationset/generate.ts'
import { baseTree, bytesIfReadable, changedPaths, joinPath } from '../tree.ts'
import { positionIn, readYaml, type YamlDocument } from '../yaml/index.ts'
import { patchFiles } from './patch-files.ts'

/** An Application or ApplicationSet that cannot be read, generated or rendered. `file` is empty where it stands in none. */
export type NotResolved = {
  readonly name: string
  readonly file: string
  readonly line?: number
  readonly reason: Reason
  readonly message: string
}

/** What stands in the files of a tree. */
export type WrittenApplications = {
  readonly applications: readonly Application[]
  readonly sets: readonly ApplicationSet[]
  readonly unresolved: readonly NotResolved[]
}

/** Where a tree is from, for the origins of what stands in it. */
export type From = { readonly repoURL: string; readonly revision: string }

const MANIFEST = /\.(?:ya?ml|json)$/
const decoder = new TextDecoder('latin1')

/** Whether the bytes may hold an Application or an ApplicationSet: cheap, and never wrong about one that does. */
function isMarked(tree: Tree, path: string): boolean {
  const bytes = bytesIfReadable(tree, path)
  if (bytes === undefined) return false
  const text = decoder.decode(bytes)
  return text.includes('argoproj.io/') && /\bkind["']?\s*:\s*["']?Application(?:Set)?\b/.test(text)
}

const marked = new WeakMap<Tree, ReadonlySet<string>>()

/**
 * The files of a tree, templates of charts among them, that may hold Applications or ApplicationSets; not those that kustomizations lay
 * over others. Kept as long as the tree.
 */
export function markedFiles(tree: Tree): ReadonlySet<string> {
  const known = marked.get(tree)
  if (known !== undefined) return known
  const base = baseTree(tree)
  const changed = changedPaths(tree)
  const found =
    base === tree
      ? tree.paths().filter((path) => /\.(?:ya?ml|json|tpl)$/.test(path) && isMarked(tree, path))
      : [...markedFiles(base)].filter((path) => !changed.has(path))
  for (const path of changed) if (isMarked(tree, path)) found.push(path)
  const all = new Set(found.sort())
  const patches = patchFiles(tree, all)
  const result = new Set([...all].filter((path) => !patches.has(path)))
  marked.set(tree, result)
  return result
}

/** Whether the file is a template of a chart, which Helm reads and Argo CD does not. */
function isChartTemplate(tree: Tree, path: string): boolean {
  for (let at = path.lastIndexOf('/templates/'); at >= 0; at = path.lastIndexOf('/templates/', at - 1)) {
    if (tree.blob(joinPath(path.slice(0, at), 'Chart.yaml') ?? '') !== undefined) return true
    if (at === 0) break
  }
  return path.startsWith('templates/') && tree.blob('Chart.yaml') !== undefined
}

type Item = { readonly value: JsonValue; readonly document: number; readonly at: JsonPath; readonly offset: number }

function itemsOf({ value, doc }: YamlDocument, document: number): readonly Item[] {
  const items = isJsonObject(value) ? value['items'] : undefined
  const kind = isJsonObject(value) ? value['kind'] : undefined
  const start = doc.contents?.range?.[0] ?? 0
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items))
    return [{ value, document, at: [], offset: start }]
  return items.map((item: JsonValue, index) => {
    const node: unknown = doc.getIn(['items', index], true)
    return { value: item, document, at: ['items', index], offset: startOf(node) ?? start }
  })
}

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const first: unknown = Array.isArray(range) ? range[0] : undefined
  return typeof first === 'number' ? first : undefined
}

function isArgo(value: JsonValue, kind: string): boolean {
  return isJsonObject(value) && value['kind'] === kind && groupOf(String(value['apiVersion'] ?? '')) === 'argoproj.io'
}

/** A template that reads as YAML all the same: its name, or where its files are, is yet to be filled in. */
function isTemplate(application: Application): boolean {
  const decisive = [
    application.name,
    application.namespace,
    ...application.sources.flatMap((one) => [one.repoURL, one.path ?? '']),
  ]
  return decisive.some((text) => text.includes('{{'))
}

type Found = {
  readonly applications: readonly Application[]
  readonly sets: readonly ApplicationSet[]
  readonly unresolved: readonly NotResolved[]
}

const NOTHING: Found = { applications: [], sets: [], unresolved: [] }

function readItem(item: Item, written: WrittenAt, template: boolean): Found {
  const origin = { from: 'file', written } as const
  const set = applicationSetOf(item.value, origin)
  // A template of a chart that has `{{` is what Helm makes of it; an ApplicationSet has them of its own.
  if (set !== undefined) return template ? NOTHING : { ...NOTHING, sets: [set] }
  if (!isArgo(item.value, 'Application') || !isJsonObject(item.value) || template) return NOTHING
  const parsed = parseApplication(item.value)
  if (parsed.parsed)
    return isTemplate(parsed.application) ? NOTHING : { ...NOTHING, applications: [{ ...parsed.application, origin }] }
  const metadata = item.value['metadata']
  const name = isJsonObject(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : written.path
  if (name.includes('{{')) return NOTHING
  const { path: file, line } = written
  return {
    ...NOTHING,
    unresolved: [{ name, file, line, reason: parsed.reason, message: `${file}:${line}: ${parsed.message}` }],
  }
}

function readFile(tree: Tree, path: string, from: From): Found {
  const bytes = bytesIfReadable(tree, path) ?? new Uint8Array()
  const read = readYaml(bytes, path)
  if (!read.read) {
    // Filled in by something else first, or no YAML for kubectl either: only a file without placeholders is worth a word.
    if (decoder.decode(bytes).includes('{{')) return NOTHING
    return { ...NOTHING, unresolved: [{ name: path, file: path, reason: read.reason, message: read.message }] }
  }
  const template = read.text.includes('{{') && isChartTemplate(tree, path)
  const found = read.documents.flatMap(itemsOf).map((item) => {
    const { line } = positionIn(read.text, item.offset)
    return readItem(item, { ...from, path, document: item.document, at: item.at, line }, template)
  })
  return {
    applications: found.flatMap((one) => one.applications),
    sets: found.flatMap((one) => one.sets),
    unresolved: found.flatMap((one) => one.unresolved),
  }
}

const files = new WeakMap<Tree, Map<string, Found>>()

function fileIn(of: Tree, path: string, from: From): Found {
  const tree = changedPaths(of).has(path) ? of : baseTree(of)
  const known = files.get(tree) ?? new Map<string, Found>()
  files.set(tree, known)
  const name = `${from.repoURL}\n${from.revision}\n${path}`
  const found = known.get(name) ?? readFile(tree, path, from)
  known.set(name, found)
  return found
}

const ANYWHERE: From = { repoURL: '', revision: 'HEAD' }

/**
 * Every Application and ApplicationSet that stands in the YAML and JSON files of a tree, in documents and in Lists; nothing is generated
 * or rendered. Templates are passed over: what is made of them is not known from the file. Read once per tree.
 */
export function applicationsWritten(tree: Tree, from: From = ANYWHERE): WrittenApplications {
  const found = [...markedFiles(tree)].filter((path) => MANIFEST.test(path)).map((path) => fileIn(tree, path, from))
  return {
    applications: found.flatMap((one) => one.applications),
    sets: found.flatMap((one) => one.sets),
    unresolved: found.flatMap((one) => one.unresolved),
  }
}

/** What stands in one file of a tree. */
export function writtenIn(tree: Tree, path: string, from: From): WrittenApplications {
  return fileIn(tree, path, from)
}
