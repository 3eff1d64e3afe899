import { execFile } from 'node:child_process'
import type { Application, Tree } from '../../domain/index.ts'
import { isDirectory } from '../../source/index.ts'
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

/** How many sources of the Applications name a directory that the tree has, by repository. */
function candidates(applications: readonly Application[], tree: Tree): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>()
  for (const { sources } of applications) {
    for (const { repoURL, path, chart } of sources) {
      if (chart !== undefined || path === undefined || !isDirectory(tree, path)) continue
      const key = repositoryKey(repoURL)
      const known = seen.get(key) ?? { url: repoURL, count: 0 }
      known.count += 1
      seen.set(key, known)
    }
  }
  return seen
}

/** HEURISTIC: the repository of which most paths are directories of the tree; undefined when two have equally many. */
function guessed(applications: readonly Application[], tree: Tree): string | undefined {
  const [first, second] = [...candidates(applications, tree).values()].sort((a, b) => b.count - a.count)
  return first === undefined || first.count === second?.count ? undefined : first.url
}

function isRead(applications: readonly Application[], key: string): boolean {
  return applications.some(({ sources }) => sources.some((one) => repositoryKey(one.repoURL) === key))
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
  readonly applications: readonly Application[]
  readonly tree: Tree
}): Identity {
  const { told, origin, applications, tree } = input
  if (told !== undefined) return known('flag', told)
  if (origin !== undefined && (applications.length === 0 || isRead(applications, repositoryKey(origin))))
    return known('origin', origin)
  const guess = guessed(applications, tree)
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
  if (applications.length === 0) return { from: 'nothing', repoURL: '', is: () => false }
  const note =
    'which repository the folder is cannot be told: no Application names a path that it has. Say it with --repo URL'
  return { from: 'nothing', repoURL: '', is: () => false, note }
}
