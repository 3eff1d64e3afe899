import { isJsonObject, type JsonValue, type Tree, valueAt } from '../domain/index.ts'
import { Files } from './kustomize/files.ts'
import { isKustomizationPath } from './kustomize/index.ts'
import { Refusal } from './kustomize/refusal.ts'
import { isRemote } from './kustomize/remote.ts'
import { aliasesOf } from './links.ts'
import { repositoryKey } from './repository.ts'
import { bytesIfReadable, directoriesAbove, isBelow, joinPath, parentPath } from './tree.ts'
import { readYaml } from './yaml/index.ts'

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
  'chartHome',
])

function pathsIn(value: JsonValue | undefined, found: string[] = []): readonly string[] {
  if (typeof value === 'string') found.push(value)
  else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) pathsIn(item, found)
  else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) if (!NO_PATHS.has(key)) pathsIn(item, found)
  }
  return found
}

/** A commit or a release: what is pinned so does not see an edit of a branch. */
const PINNED = /[?&](?:ref|version)=(?:[0-9a-f]{40}|v?\d+(?:\.\d+)+[^&]*)(?:&|$)/

/**
 * What an address names in this very repository, which is `home`. HEURISTIC: a query that does not pin a commit or a release is taken for
 * the branch that is edited.
 */
function addressedAt(home: string, text: string): string | undefined {
  if (home === '' || !isRemote(text) || PINNED.test(text)) return undefined
  const address = repositoryKey(text.replace(/^git::/, '').replace(/[?#].*$/s, '')).replace(/\.git(?=\/)/, '')
  if (address === home) return ''
  return address.startsWith(`${home}/`) ? joinPath('', address.slice(home.length + 1)) : undefined
}

/** `key=path` of a generator names the path. */
function targetsOf(dir: string, written: readonly string[], home: string): ReadonlySet<string> {
  const targets = new Set<string>()
  for (const text of written) {
    const target = addressedAt(home, text)
    if (target !== undefined) targets.add(target)
    for (const one of text.includes('=') ? [text, text.slice(text.indexOf('=') + 1)] : [text]) {
      const local = joinPath(dir, one)
      if (local !== undefined) targets.add(local)
    }
  }
  return targets
}

function membersOf(value: JsonValue | undefined, key: string): readonly JsonValue[] {
  const list = isJsonObject(value) ? value[key] : undefined
  return Array.isArray(list) ? list : []
}

/** Charts that are inflated where `chartHome` says, which may be outside of the kustomization's directory. */
function chartPaths(value: JsonValue | undefined): readonly string[] {
  const home = valueAt(value, ['helmGlobals', 'chartHome'])
  const entries = ['helmCharts', 'helmChartInflationGenerator'].flatMap((key) => membersOf(value, key))
  return entries.flatMap((entry) => {
    const own = valueAt(entry, ['chartHome']) ?? home
    const name = valueAt(entry, ['name']) ?? valueAt(entry, ['chartName'])
    return typeof own === 'string' && typeof name === 'string' ? [`${own}/${name}`] : []
  })
}

const PLUGINS = ['generators', 'transformers', 'validators'] as const
const HAS_PLUGINS = /^(?:generators|transformers|validators)\s*:/m

/** What the settings of plugins name, in files of their own or written where they are named. */
function pluginPaths(tree: Tree, dir: string, value: JsonValue | undefined): readonly string[] {
  const entries = PLUGINS.flatMap((key) => membersOf(value, key)).filter((one) => typeof one === 'string')
  return entries.flatMap((entry) => {
    const path = entry.includes('\n') ? undefined : joinPath(dir, entry)
    const bytes = path === undefined ? new TextEncoder().encode(entry) : bytesIfReadable(tree, path)
    const read = bytes === undefined ? undefined : readYaml(bytes, path ?? dir, 'settings')
    return read?.read === true ? read.documents.flatMap((one) => pathsIn(one.value)) : []
  })
}

function named(tree: Tree, { dir, file, text }: Kustomization, home: string): ReadonlySet<string> {
  try {
    const parsed = new Files(tree).parse(file, bytesIfReadable(tree, file) ?? new Uint8Array(), 'settings')
    const value = parsed.documents[0]?.value
    return targetsOf(dir, [...pathsIn(value), ...chartPaths(value), ...pluginPaths(tree, dir, value)], home)
  } catch (error) {
    // One that can't be read may mean anything that stands in it.
    if (error instanceof Refusal) return targetsOf(dir, text.split(CUTS), home)
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
function mentionsIn(
  tree: Tree,
  all: readonly Kustomization[],
  home: string,
): (path: string) => readonly Kustomization[] {
  const paths = new Set([...tree.paths(), ...(tree.specials?.() ?? [])])
  const dirs = new Set(all.map(({ dir }) => dir))
  const byTarget = new Map<string, Kustomization[]>()
  const repository = home.slice(home.lastIndexOf('/') + 1)
  const addresses = (text: string): boolean => repository !== '' && text.includes(repository) && /[:/]{2}|@/.test(text)
  // What these name is not read off their text.
  const always = all.filter(({ text }) => text.includes('\\') || HAS_PLUGINS.test(text) || addresses(text))
  for (const one of all) {
    const targets = new Set(one.text.split(CUTS).map((word) => joinPath(one.dir, word)))
    for (const target of targets) {
      if (target !== undefined && (paths.has(target) || dirs.has(target))) add(byTarget, target, one)
    }
  }
  return (path) => (CUTS.test(path) ? all : [...(byTarget.get(path) ?? []), ...always])
}

function graphOf(tree: Tree, home: string): KustomizationGraph {
  const all = kustomizationsOf(tree)
  const mentions = mentionsIn(tree, all, home)
  // A chart that a kustomization inflates stands somewhere below it, or where it says: any file there may be part of it.
  const charts = all.filter(({ text }) => text.includes('helmChart'))
  const names = new Map<string, ReadonlySet<string>>()
  const namedBy = (one: Kustomization): ReadonlySet<string> => {
    const known = names.get(one.file) ?? named(tree, one, home)
    names.set(one.file, known)
    return known
  }
  const naming = (path: string): readonly string[] =>
    [path, ...aliasesOf(tree, path)].flatMap((name) =>
      mentions(name)
        .filter((one) => namedBy(one).has(name))
        .map(({ dir }) => dir),
    )
  const inflating = (path: string): readonly string[] => {
    const above = directoriesAbove(path)
    return charts.flatMap((one) =>
      isBelow(path, one.dir) || above.some((dir) => dir !== '' && namedBy(one).has(dir)) ? [one.dir] : [],
    )
  }
  const known = new Map<string, ReadonlySet<string>>()
  const readers = (path: string): ReadonlySet<string> => {
    const answer = known.get(path) ?? closure(path, naming, inflating(path))
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
  inflating: readonly string[],
): ReadonlySet<string> {
  const seen = new Set(naming(path))
  if (isKustomizationPath(path)) seen.add(parentPath(path))
  for (const dir of inflating) seen.add(dir)
  // A set gives what is added while it is walked, too.
  for (const dir of seen) for (const above of naming(dir)) seen.add(above)
  return seen
}

const graphs = new WeakMap<Tree, Map<string, KustomizationGraph>>()

/**
 * The graph of a tree, kept as long as the tree. Files are parsed when a question comes to them. With the repository that the tree is,
 * what names it by that address counts, too.
 */
export function kustomizationGraph(tree: Tree, repoURL = ''): KustomizationGraph {
  const known = graphs.get(tree) ?? new Map<string, KustomizationGraph>()
  graphs.set(tree, known)
  const home = repoURL === '' ? '' : repositoryKey(repoURL)
  const graph = known.get(home) ?? graphOf(tree, home)
  known.set(home, graph)
  return graph
}
