import { isJsonObject, type JsonValue, type Tree } from '../domain/index.ts'
import { Files } from './kustomize/files.ts'
import { isKustomizationPath } from './kustomize/index.ts'
import { Refusal } from './kustomize/refusal.ts'
import { bytesIfReadable, isBelow, joinPath, parentPath } from './tree.ts'

/** Which kustomization reads which file, from what the kustomization files say: nothing is built. */
export type KustomizationGraph = {
  /** Directories whose build reads the file, through whatever bases and components. What is named counts, whether or not the build succeeds. */
  readonly readers: (path: string) => ReadonlySet<string>
  /** Whether no other kustomization refers to the directory, and it is no component, which is built only into what names it. */
  readonly isTop: (dir: string) => boolean
}

/** What one kustomization file may name, read off its text, and what it does name, parsed when it is asked for. */
type Kustomization = { readonly dir: string; readonly file: string; readonly text: string }

/** Characters at which the text is cut: no path that has none of them can be missed. */
const CUTS = /[\s"'`,:=[\]{}]+/

const COMPONENT = /^kind: *["']?Component\b/m

/** Settings that hold no path: a name that happens to be that of a folder must not hide it. */
const NO_PATHS: ReadonlySet<string> = new Set([
  ...['apiVersion', 'kind', 'metadata', 'namePrefix', 'nameSuffix', 'namespace', 'commonLabels', 'labels'],
  ...['commonAnnotations', 'images', 'imageTags', 'replicas', 'vars', 'sortOptions', 'generatorOptions'],
  ...['buildMetadata', 'literals', 'name', 'patch', 'target', 'options', 'type', 'behavior', 'source', 'targets'],
])

function pathsIn(value: JsonValue | undefined, found: string[] = []): readonly string[] {
  if (typeof value === 'string') found.push(value)
  else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) pathsIn(item, found)
  else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) if (!NO_PATHS.has(key)) pathsIn(item, found)
  }
  return found
}

/** `key=path` of a generator names the path. */
function targetsOf(dir: string, written: readonly string[]): ReadonlySet<string> {
  const targets = new Set<string>()
  for (const text of written) {
    for (const one of text.includes('=') ? [text, text.slice(text.indexOf('=') + 1)] : [text]) {
      const target = joinPath(dir, one)
      if (target !== undefined) targets.add(target)
    }
  }
  return targets
}

function named(tree: Tree, { dir, file, text }: Kustomization): ReadonlySet<string> {
  try {
    const parsed = new Files(tree).parse(file, bytesIfReadable(tree, file) ?? new Uint8Array(), 'settings')
    return targetsOf(dir, pathsIn(parsed.documents[0]?.value))
  } catch (error) {
    // One that can't be read may mean anything that stands in it.
    if (error instanceof Refusal) return targetsOf(dir, text.split(CUTS))
    throw error
  }
}

function kustomizationsOf(tree: Tree): readonly Kustomization[] {
  return tree.paths().flatMap((file) => {
    const bytes = isKustomizationPath(file) ? bytesIfReadable(tree, file) : undefined
    return bytes === undefined ? [] : [{ dir: parentPath(file), file, text: new TextDecoder().decode(bytes) }]
  })
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

/** Kustomizations whose text has a word that leads to a path; the parsed file then decides. */
function mentionsIn(tree: Tree, all: readonly Kustomization[]): (path: string) => readonly Kustomization[] {
  const paths = new Set(tree.paths())
  const dirs = new Set(all.map(({ dir }) => dir))
  const byTarget = new Map<string, Kustomization[]>()
  const escaped = all.filter(({ text }) => text.includes('\\'))
  for (const one of all) {
    const targets = new Set(one.text.split(CUTS).map((word) => joinPath(one.dir, word)))
    for (const target of targets) {
      if (target !== undefined && (paths.has(target) || dirs.has(target))) add(byTarget, target, one)
    }
  }
  return (path) => (CUTS.test(path) ? all : [...(byTarget.get(path) ?? []), ...escaped])
}

function graphOf(tree: Tree): KustomizationGraph {
  const all = kustomizationsOf(tree)
  const mentions = mentionsIn(tree, all)
  // A chart that a kustomization inflates stands somewhere below it: any file there may be part of it.
  const charts = all.filter(({ text }) => text.includes('helmChart'))
  const names = new Map<string, ReadonlySet<string>>()
  const namedBy = (one: Kustomization): ReadonlySet<string> => {
    const known = names.get(one.file) ?? named(tree, one)
    names.set(one.file, known)
    return known
  }
  const naming = (path: string): readonly string[] =>
    mentions(path)
      .filter((one) => namedBy(one).has(path))
      .map(({ dir }) => dir)
  const known = new Map<string, ReadonlySet<string>>()
  const readers = (path: string): ReadonlySet<string> => {
    const answer = known.get(path) ?? closure(path, naming, charts)
    known.set(path, answer)
    return answer
  }
  const components = new Set(all.filter(({ text }) => COMPONENT.test(text)).map(({ dir }) => dir))
  return { readers, isTop: (dir) => !components.has(dir) && naming(dir).every((other) => other === dir) }
}

/** Everything that reads a file, upwards from what names it. */
function closure(
  path: string,
  naming: (path: string) => readonly string[],
  charts: readonly Kustomization[],
): ReadonlySet<string> {
  const seen = new Set(naming(path))
  if (isKustomizationPath(path)) seen.add(parentPath(path))
  for (const { dir } of charts) if (isBelow(path, dir)) seen.add(dir)
  // A set gives what is added while it is walked, too.
  for (const dir of seen) for (const above of naming(dir)) seen.add(above)
  return seen
}

const graphs = new WeakMap<Tree, KustomizationGraph>()

/** The graph of a tree, kept as long as the tree. Files are parsed when a question comes to them. */
export function kustomizationGraph(tree: Tree): KustomizationGraph {
  const known = graphs.get(tree) ?? graphOf(tree)
  graphs.set(tree, known)
  return known
}
