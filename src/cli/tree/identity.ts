import { execFile } from 'node:child_process'
import { type Application, isJsonObject, type JsonObject, type JsonValue, type Tree } from '../../domain/index.ts'
import { applicationsWritten, bytesIfReadable, isDirectory } from '../../source/index.ts'
import { repositoryKey } from './repository-key.ts'

/** Which repository a folder is a checkout of, and how that is known. */
export type Identity = {
  readonly from: 'flag' | 'origin' | 'guess' | 'nothing'
  /** The URL as it was told, found or written by the Applications; empty where nothing is known. */
  readonly repoURL: string
  readonly is: (repoURL: string) => boolean
  /** What a person should know: that it is a guess, or that origin is read by no Application. */
  readonly note?: string
}

/** Longer than a local read of a configuration takes on any machine that works. */
const GIT_TIMEOUT_MS = 5_000

/** What git says of a folder, undefined where there is no git or no checkout. Nothing of the folder is run: no hooks, no pager. */
function askGit(dir: string, words: readonly string[]): Promise<string | undefined> {
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
  return new Promise((done) => {
    execFile('git', ['-C', dir, ...words], { env, timeout: GIT_TIMEOUT_MS }, (error, out) => {
      const text = out.trim()
      done(error === null && text !== '' ? text : undefined)
    })
  })
}

/** The top of the work tree around a folder. */
export function topOfWorkTree(dir: string): Promise<string | undefined> {
  return askGit(dir, ['rev-parse', '--show-toplevel'])
}

/** The URL that the checkout at `dir` was cloned from; undefined where `dir` is not the top of one. It may hold credentials. */
export async function originOf(dir: string): Promise<string | undefined> {
  const prefix = await askGit(dir, ['rev-parse', '--show-prefix', '--is-inside-work-tree'])
  if (prefix !== 'true') return undefined
  return askGit(dir, ['config', '--local', '--get', 'remote.origin.url'])
}

/** URLs without what signs in. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
}

type Seen = { readonly url: string; count: number }

/** A directory that is named together with a repository. */
type Named = { readonly repoURL: string; readonly path: string }

function namedBy(application: Application): readonly Named[] {
  return application.sources.flatMap(({ repoURL, path, chart }) =>
    chart !== undefined || path === undefined ? [] : [{ repoURL, path }],
  )
}

/** What comes before the first parameter or wildcard is a directory of the repository. */
function fixedPart(path: string): string {
  return path.replace(/(?:^|\/)[^/]*(?:\{\{|[*?[{]).*$/s, '').replace(/^\.\//, '')
}

function entryOf(value: JsonObject): readonly Named[] {
  const { repoURL, path, directories, files } = value
  if (typeof repoURL !== 'string') return []
  const lists = [directories, files].flatMap((list) => (Array.isArray(list) ? list : []))
  const paths = [path, ...lists.filter(isJsonObject).map((one) => one['path'])]
  return paths.flatMap((one) => (typeof one === 'string' ? [{ repoURL, path: fixedPart(one) }] : []))
}

/** Every map of an ApplicationSet that has a repository and paths: sources of its templates, and git generators. */
function namedWithin(value: JsonValue | undefined): readonly Named[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => namedWithin(item))
  if (!isJsonObject(value)) return []
  return [...entryOf(value), ...Object.values(value).flatMap((item) => namedWithin(item))]
}

/** How many of the paths are directories of the tree, by repository. Its root is one of any tree, and tells nothing. */
function candidates(named: readonly Named[], tree: Tree): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>()
  for (const { repoURL, path } of named) {
    if (path === '' || !isDirectory(tree, path)) continue
    const key = repositoryKey(repoURL)
    const known = seen.get(key) ?? { url: repoURL, count: 0 }
    known.count += 1
    seen.set(key, known)
  }
  return seen
}

/** HEURISTIC: the repository of which most paths are directories of the tree; undefined when two have equally many. */
function guessed(named: readonly Named[], tree: Tree): string | undefined {
  const [first, second] = [...candidates(named, tree).values()].sort((a, b) => b.count - a.count)
  return first === undefined || first.count === second?.count ? undefined : first.url
}

const NAMED = /\brepoURL["']?[ \t]*:[ \t]*["']?([^\s"',}]+)/g

/** Whether a text of the tree names the repository as that of a source. Read off the text, since it is asked of every file. */
function isRead(tree: Tree, key: string): boolean {
  return tree.paths().some((path) => {
    const bytes = /\.(?:ya?ml|json)$/.test(path) ? bytesIfReadable(tree, path) : undefined
    if (bytes === undefined) return false
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!text.includes('repoURL')) return false
    return [...text.toString('latin1').matchAll(NAMED)].some((match) => repositoryKey(match[1] ?? '') === key)
  })
}

function known(from: Identity['from'], repoURL: string, note?: string): Identity {
  const key = repositoryKey(repoURL)
  const plain = withoutCredentials(repoURL)
  return { from, repoURL: plain, is: (url) => repositoryKey(url) === key, ...(note !== undefined && { note }) }
}

/**
 * Which repository the tree is: the one that --repo names; else the one that it was cloned from, where an Application reads that;
 * else, HEURISTIC and said so, the one whose paths the tree has.
 */
export function identify(input: {
  readonly told: string | undefined
  readonly origin: string | undefined
  readonly tree: Tree
  /** Applications that are made by something in the tree, and stand in no file of it. */
  readonly made?: readonly Application[]
}): Identity {
  const { told, origin, tree, made = [] } = input
  if (told !== undefined) return known('flag', told)
  if (origin !== undefined && isRead(tree, repositoryKey(origin))) return known('origin', origin)
  const { applications: written, sets } = applicationsWritten(tree, { repoURL: '', revision: 'HEAD' })
  const named = [
    ...[...written, ...made].flatMap(namedBy),
    ...sets.flatMap(({ manifest }) => namedWithin(manifest['spec'])),
  ]
  const guess = guessed(named, tree)
  const cloned =
    origin === undefined ? '' : `; it was cloned from ${withoutCredentials(origin)}, which no Application reads`
  if (guess !== undefined) {
    const plain = withoutCredentials(guess)
    return known(
      'guess',
      guess,
      `the folder is taken for ${plain}, because it has the paths that Applications name there (a guess${cloned}). --repo URL says it for certain`,
    )
  }
  if (origin !== undefined) return known('origin', origin)
  if (named.length === 0) return { from: 'nothing', repoURL: '', is: () => false }
  const note =
    'which repository the folder is cannot be told: no Application names a path that it has. Say it with --repo URL'
  return { from: 'nothing', repoURL: '', is: () => false, note }
}
