import { blobOid, digestOf, type FileChange, KintsugiError, type Tree } from '../domain/index.ts'

type Special = 'symlink' | 'submodule'

/** Code point order. JavaScript compares UTF-16 units, which puts astral characters before U+E000 to U+FFFF. */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x === y) continue
    const bothAbove = x >= 0xd800 && y >= 0xd800
    return bothAbove && isSurrogate(x) !== isSurrogate(y) ? (isSurrogate(x) ? 1 : -1) : x - y
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** First position in sorted `paths` that is not before `path`. */
function lowerBound(paths: readonly string[], path: string): number {
  let low = 0
  let high = paths.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (comparePaths(paths[middle] ?? '', path) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether any regular file stands below `path`; '' is the root and always a directory. */
export function isDirectory(tree: Tree, path: string): boolean {
  if (path === '') return true
  const paths = tree.paths()
  return paths[lowerBound(paths, `${path}/`)]?.startsWith(`${path}/`) === true
}

/** Every regular file below `directory`, in order; '' is the root. */
export function filesBelow(tree: Tree, directory: string): readonly string[] {
  const paths = tree.paths()
  if (directory === '') return paths
  // '0' is the character after '/'.
  return paths.slice(lowerBound(paths, `${directory}/`), lowerBound(paths, `${directory}0`))
}

/** '' is the root, which everything is below. */
export function isBelow(path: string, dir: string): boolean {
  return dir === '' || path.startsWith(`${dir}/`)
}

/** The directory below which everything stands that a glob can match; '' is the root. */
export function staticDirectory(glob: string): string {
  return parentPath(glob.slice(0, /[*?[{\\]/.exec(glob)?.index ?? glob.length))
}

/**
 * `relative` as seen from the directory `from`, without `.` and `..`; '' is the root of the tree.
 * Undefined when the path leaves the tree, is absolute, is empty, or holds a NUL.
 */
export function joinPath(from: string, relative: string): string | undefined {
  if (relative === '' || relative.startsWith('/') || relative.includes('\0')) return undefined
  const steps = from === '' ? [] : from.split('/')
  for (const step of relative.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return undefined
  }
  return steps.join('/')
}

/** The directory that holds `path`; '' for a file at the root. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** `''`, `a`, `a/b` for `a/b/c`. */
export function directoriesAbove(path: string): readonly string[] {
  const above: string[] = []
  for (let dir = parentPath(path); ; dir = parentPath(dir)) {
    above.push(dir)
    if (dir === '') return above
  }
}

/** The link or submodule at `path` or at one of the directories above it, if there is one. */
export function specialOn(tree: Tree, path: string): { readonly path: string; readonly what: Special } | undefined {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end < 0 ? path : path.slice(0, end)
    const what = tree.special(part)
    if (what !== undefined) return { path: part, what }
    if (end < 0) return undefined
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}

type TreeParts = {
  readonly paths: readonly string[]
  readonly bytes: (path: string) => Uint8Array | undefined
  readonly blob: (path: string) => string | undefined
  readonly special: (path: string) => Special | undefined
  readonly specials?: () => readonly string[]
  readonly link?: (path: string) => string | undefined
  readonly oid: () => string
}

function treeOf(parts: TreeParts): Tree {
  let oid: string | undefined
  return {
    get oid() {
      oid ??= parts.oid()
      return oid
    },
    paths: () => parts.paths,
    bytes: parts.bytes,
    blob: parts.blob,
    special: parts.special,
    ...(parts.specials && { specials: parts.specials }),
    ...(parts.link && { link: parts.link }),
  }
}

/** Digest of what stands where; equal for equal content however the tree was made. */
function contentId(paths: readonly string[], blob: (path: string) => string | undefined, special: object): string {
  return digestOf([paths.map((path) => [path, blob(path) ?? '']), special])
}

/** A tree of the given files: immutable, text as UTF-8. Equal content gives an equal oid. Throws RangeError for a path that is not plain and relative. */
export function memoryTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  special: Readonly<Record<string, Special | { readonly link: string }>> = {},
): Tree {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, bytesOf(content)]))
  const specials = new Map(Object.entries(special))
  for (const path of [...contents.keys(), ...specials.keys()]) {
    if (path === '' || joinPath('', path) !== path)
      throw new RangeError(`${JSON.stringify(path)} is not a path of a tree`)
  }
  const paths = [...contents.keys()].sort(comparePaths)
  const links = [...specials.keys()].sort(comparePaths)
  const blob = lazyBlobs(contents)
  return treeOf({
    paths,
    bytes: (path) => contents.get(path),
    blob,
    special: (path) => {
      const what = specials.get(path)
      return typeof what === 'object' ? 'symlink' : what
    },
    link: (path) => {
      const what = specials.get(path)
      return typeof what === 'object' ? what.link : undefined
    },
    specials: () => links,
    oid: () => contentId(paths, blob, special),
  })
}

function lazyBlobs(contents: ReadonlyMap<string, Uint8Array>): (path: string) => string | undefined {
  const oids = new Map<string, string>()
  return (path) => {
    const known = oids.get(path)
    const content = contents.get(path)
    if (known !== undefined || content === undefined) return known
    const oid = blobOid(content)
    oids.set(path, oid)
    return oid
  }
}

const bases = new WeakMap<Tree, Tree>()
const changes = new WeakMap<Tree, ReadonlySet<string>>()
const UNCHANGED: ReadonlySet<string> = new Set()

/** Paths that may have another content than in the base tree; all others have the same. */
export function changedPaths(tree: Tree): ReadonlySet<string> {
  return changes.get(tree) ?? UNCHANGED
}

/** The tree that `changedTree` was first given, or the tree itself. */
export function baseTree(tree: Tree): Tree {
  return bases.get(tree) ?? tree
}

/**
 * The tree with whole files replaced or added; of two changes of one path the later one stands. The base is not copied.
 * Undoing every change gives the base's oid again; otherwise the oid is a digest of the content.
 */
export function changedTree(tree: Tree, files: readonly FileChange[]): Tree {
  const contents = new Map(files.map((file) => [file.path, file.content]))
  const changedBlob = lazyBlobs(contents)
  const blob = (path: string): string | undefined => changedBlob(path) ?? tree.blob(path)
  const added = [...contents.keys()].filter((path) => tree.blob(path) === undefined)
  const paths = added.length === 0 ? tree.paths() : [...tree.paths(), ...added].sort(comparePaths)
  const changed = treeOf({
    paths,
    bytes: (path) => contents.get(path) ?? tree.bytes(path),
    blob,
    special: (path) => (contents.has(path) ? undefined : tree.special(path)),
    ...(tree.specials && { specials: () => tree.specials?.().filter((path) => !contents.has(path)) ?? [] }),
    ...(tree.link && { link: (path: string) => (contents.has(path) ? undefined : tree.link?.(path)) }),
    oid: () =>
      [...contents.keys()].every((path) => blob(path) === tree.blob(path)) ? tree.oid : contentId(paths, blob, {}),
  })
  bases.set(changed, baseTree(tree))
  changes.set(changed, new Set([...changedPaths(tree), ...contents.keys()]))
  return changed
}

/** The content; undefined too where the tree lists a file and does not read it, being too large. For looking through files that nobody named. */
export function bytesIfReadable(tree: Tree, path: string): Uint8Array | undefined {
  try {
    return tree.bytes(path)
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return undefined
    throw error
  }
}
