import type { JsonPath, Tree } from '../../domain/index.ts'
import { globMatcher } from '../glob.ts'
import { baseTree, changedPaths, comparePaths, filesBelow, joinPath, parentPath } from '../tree.ts'
import type { TreeAt } from '../world.ts'
import type { YamlRead } from '../yaml/index.ts'
import { readYamlFile } from '../yaml-file.ts'
import { flatTexts, type Generation, type ParameterSet, type Written, withOwnValues } from './parameters.ts'
import { type GoMap, type GoValue, isGoMap, sanitizeName } from './template/index.ts'
import { stop } from './unresolved.ts'

const WILD = /[*?[\\]/

/** The directory that every match of a pattern is below. */
function fixedDirectory(pattern: string): string {
  const wild = pattern.search(WILD)
  return wild < 0 ? parentPath(pattern) : parentPath(pattern.slice(0, wild))
}

/**
 * The files that a pattern of a git generator means: as `git ls-files` reads it, which is Argo CD's default, `*` passes `/` too, and a
 * directory stands for all below it. An Argo CD with its newer globbing switched on reads fewer.
 */
function matching(tree: Tree, pattern: string): readonly string[] {
  const plain = joinPath('', pattern)
  if (plain === undefined) return []
  if (!WILD.test(plain)) return tree.blob(plain) === undefined ? filesBelow(tree, plain) : [plain]
  const matches = globMatcher(plain, { crossing: true, braces: false })
  return filesBelow(tree, fixedDirectory(plain)).filter((path) => matches(path))
}

function listOf(raw: GoMap, key: string): readonly GoMap[] {
  const list = raw[key]
  return Array.isArray(list) ? list.filter(isGoMap) : []
}

function chosen(all: readonly GoMap[], match: (pattern: string) => readonly string[]): readonly string[] {
  const found = new Set<string>()
  const patterns = (excluded: boolean) => all.filter((one) => (one['exclude'] === true) === excluded)
  for (const one of patterns(false)) for (const path of match(String(one['path'] ?? ''))) found.add(path)
  for (const one of patterns(true)) for (const path of match(String(one['path'] ?? ''))) found.delete(path)
  return [...found].sort(comparePaths)
}

function gitTree(raw: GoMap, generation: Generation): TreeAt {
  const repoURL = String(raw['repoURL'] ?? '')
  const revision = String(raw['revision'] || 'HEAD')
  const tree = generation.treeOf(repoURL, revision)
  return tree ?? stop('source-missing', `the git generator reads ${repoURL} at ${revision}, which is not at hand`)
}

/** `path` and its parts, as templates know them. */
function pathParameters(directory: string, file: string | undefined, raw: GoMap, goTemplate: boolean): GoMap {
  const where = directory === '' ? '.' : directory
  const base = where.slice(where.lastIndexOf('/') + 1)
  const parts: GoMap = {
    path: where,
    basename: base,
    basenameNormalized: sanitizeName(base),
    ...(file === undefined ? {} : { filename: file, filenameNormalized: sanitizeName(file) }),
  }
  const prefix = typeof raw['pathParamPrefix'] === 'string' ? raw['pathParamPrefix'] : ''
  const segments = where.split('/')
  if (goTemplate) {
    const path: GoMap = { ...parts, segments }
    return prefix === '' ? { path } : { [prefix]: { path } }
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`
  const { path, ...others } = parts
  return {
    [name]: path ?? '',
    ...Object.fromEntries(Object.entries(others).map(([key, value]) => [`${name}.${key}`, value])),
    ...Object.fromEntries(segments.map((one, index): [string, GoValue] => [`${name}[${index}]`, one])),
  }
}

const parsedFiles = new WeakMap<Tree, Map<string, YamlRead>>()

function parsedFile(of: Tree, path: string): YamlRead {
  const tree = changedPaths(of).has(path) ? of : baseTree(of)
  const known = parsedFiles.get(tree) ?? new Map<string, YamlRead>()
  parsedFiles.set(tree, known)
  const read = known.get(path) ?? readYamlFile(tree, path, 'settings')
  known.set(path, read)
  return read
}

/** The objects of a parameter file, each with its path in the file. */
function objectsOf(tree: Tree, path: string): readonly { readonly object: GoMap; readonly at: JsonPath }[] {
  const read = parsedFile(tree, path)
  if (!read.read) return stop(read.reason, read.message)
  const value = read.documents[0]?.value ?? {}
  if (Array.isArray(value)) {
    return value.map((object: GoValue, index) =>
      isGoMap(object) ? { object, at: [index] } : stop('application-unreadable', `${path}: item ${index} is no map`),
    )
  }
  return isGoMap(value) ? [{ object: value, at: [] }] : stop('application-unreadable', `${path} holds no map`)
}

function fileSets(git: Written, generation: Generation): readonly ParameterSet[] {
  const from = gitTree(git.raw, generation)
  const { repoURL, revision } = from
  const paths = chosen(listOf(git.raw, 'files'), (pattern) => matching(from.tree, pattern))
  return paths.flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const computed = pathParameters(parentPath(path), name, git.raw, generation.goTemplate)
    return objectsOf(from.tree, path).map(({ object, at }) => {
      const values = { ...(generation.goTemplate ? object : flatTexts(object)), ...computed }
      const written = { repoURL, revision, path, document: 0, at, line: 1 }
      return withOwnValues({ values, sources: [{ prefix: [], written }] }, git, generation)
    })
  })
}

const directories = new WeakMap<Tree, readonly string[]>()

/** Every directory that holds files, those whose name begins with a dot left out, as Argo CD does. */
function directoriesOf(tree: Tree): readonly string[] {
  const known = directories.get(tree)
  if (known !== undefined) return known
  const found = new Set<string>()
  for (const path of tree.paths()) {
    for (let dir = parentPath(path); dir !== '' && !found.has(dir); dir = parentPath(dir)) found.add(dir)
  }
  const visible = [...found].filter((dir) => !/(?:^|\/)\./.test(dir)).sort(comparePaths)
  directories.set(tree, visible)
  return visible
}

/** `path.Match` of Go: neither `*` nor `**` passes `/`. */
function matchingDirectories(tree: Tree, pattern: string): readonly string[] {
  if (!WILD.test(pattern)) return directoriesOf(tree).filter((dir) => dir === pattern)
  const matches = globMatcher(pattern, { crossing: false, braces: false, deep: false })
  const below = fixedDirectory(pattern)
  return directoriesOf(tree).filter((dir) => (below === '' || dir.startsWith(`${below}/`)) && matches(dir))
}

function directorySets(git: Written, generation: Generation): readonly ParameterSet[] {
  const { tree } = gitTree(git.raw, generation)
  const paths = chosen(listOf(git.raw, 'directories'), (pattern) => matchingDirectories(tree, pattern))
  return paths.map((path) => {
    const values = pathParameters(path, undefined, git.raw, generation.goTemplate)
    return withOwnValues({ values, sources: [] }, git, generation)
  })
}

/** Parameters from the files or directories of a repository. */
export function gitSets(git: Written, generation: Generation): readonly ParameterSet[] {
  if (listOf(git.raw, 'directories').length > 0) return directorySets(git, generation)
  if (listOf(git.raw, 'files').length > 0) return fileSets(git, generation)
  return stop('application-unreadable', 'a git generator names neither files nor directories')
}
