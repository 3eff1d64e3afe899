import { KintsugiError, type Tree } from '../../domain/index.ts'
import { isBranchName, isRevision } from '../forge-limits/index.ts'
import { catFile, type Git, gitAt, must, sizesOf } from './git.ts'
import type { Entry, Listing, LogEntry } from './store.ts'

const MOST_FILE_BYTES = 1024 * 1024
const MOST_TREE_BYTES = 256 * 1024 * 1024
const MOST_CACHED_BYTES = 256 * 1024 * 1024
const MOST_LISTINGS = 64
const MOST_COMMITS = 10_000
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** A map that forgets what was used longest ago. */
class Recent<Value> {
  readonly #values = new Map<string, Value>()
  readonly #most: number
  readonly #weigh: (value: Value) => number
  #weight = 0

  constructor(most: number, weigh: (value: Value) => number = () => 1) {
    this.#most = most
    this.#weigh = weigh
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    if (value !== undefined) {
      this.#values.delete(key)
      this.#values.set(key, value)
    }
    return value
  }

  set(key: string, value: Value): void {
    if (this.#values.has(key)) return
    this.#values.set(key, value)
    this.#weight += this.#weigh(value)
    for (const [oldest, old] of this.#values) {
      if (this.#weight <= this.#most) return
      this.#values.delete(oldest)
      this.#weight -= this.#weigh(old)
    }
  }
}

type Weighed = { readonly tree: Tree; readonly bytes: number }

// Everything here is immutable and addressed by content, so never stale. One budget for all repositories; keys begin with the repository.
const BLOBS = new Recent<Uint8Array>(MOST_CACHED_BYTES, (bytes) => bytes.byteLength + 100)
const TREES = new Recent<Weighed>(MOST_CACHED_BYTES, ({ bytes }) => bytes + 1000)
const LISTINGS = new Recent<Listing>(MOST_LISTINGS)
/** Commit -> its tree. */
const TREE_OF = new Recent<string>(MOST_COMMITS)

type Repository = { readonly git: Git; readonly key: (oid: string) => string }

function repositoryAt(gitDir: string): Repository {
  return { git: gitAt(gitDir), key: (oid) => `${gitDir}\0${oid}` }
}

async function treeOid({ git, key }: Repository, revision: string): Promise<string> {
  const known = isRevision(revision) ? TREE_OF.get(key(revision)) : undefined
  if (known !== undefined) return known
  if (!isRevision(revision) && !isBranchName(revision))
    throw new KintsugiError('KIN-4002', `${JSON.stringify(revision.slice(0, 100))} is not the name of a revision`)
  const answer = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{tree}`])
  const oid = answer.stdout.toString('utf8').trim()
  if (answer.exit !== 0 || !isRevision(oid))
    throw new KintsugiError('KIN-4002', `there is no revision ${revision}: ${answer.stderr}`)
  if (isRevision(revision)) TREE_OF.set(key(revision), oid)
  return oid
}

function parseEntry(line: Buffer): readonly [string, Entry] | undefined {
  const tab = line.indexOf(0x09)
  const [mode, , oid] = line.toString('latin1', 0, tab).split(' ')
  if (oid === undefined || (mode !== '100644' && mode !== '100755' && mode !== '120000' && mode !== '160000'))
    return undefined
  try {
    return [UTF8.decode(line.subarray(tab + 1)), { mode, oid }]
  } catch {
    // A name that is not UTF-8 cannot be asked for by anyone.
    return undefined
  }
}

/** Every leaf of a revision's tree: one process, none when this tree was listed before. */
export async function gitListing(gitDir: string, revision: string): Promise<Listing> {
  const repository = repositoryAt(gitDir)
  const tree = await treeOid(repository, revision)
  const known = LISTINGS.get(repository.key(tree))
  if (known !== undefined) return known
  const output = await must(repository.git, ['ls-tree', '-r', '-z', '--full-tree', tree])
  const entries = new Map<string, Entry>()
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0, at)
    const entry = parseEntry(output.subarray(at, end))
    if (entry !== undefined) entries.set(...entry)
    at = end + 1
  }
  const listing: Listing = { tree, entries }
  LISTINGS.set(repository.key(tree), listing)
  return listing
}

function isFile(entry: Entry | undefined): entry is Entry {
  return entry?.mode === '100644' || entry?.mode === '100755'
}

/** Blobs of at most 1 MB, together at most 256 MB: those known already and, in one process, the others. */
async function contentsOf({ git, key }: Repository, oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>()
  const missing: string[] = []
  let total = 0
  for (const oid of new Set(oids)) {
    const known = BLOBS.get(key(oid))
    if (known === undefined) missing.push(oid)
    else {
      contents.set(oid, known)
      total += known.byteLength
    }
  }
  const sizes = await sizesOf(git, missing)
  const wanted = missing.filter((oid) => {
    const size = sizes.get(oid) ?? Number.POSITIVE_INFINITY
    const fits = size <= MOST_FILE_BYTES && total + size <= MOST_TREE_BYTES
    if (fits) total += size
    return fits
  })
  for (const object of await catFile(git, wanted)) {
    if (object === undefined) continue
    // A copy, so that one small blob does not keep the whole output alive.
    const bytes = new Uint8Array(object.content)
    contents.set(object.oid, bytes)
    BLOBS.set(key(object.oid), bytes)
  }
  return contents
}

/**
 * The files of a revision, all read ahead: at most four processes cold, and only changed blobs when the base moved. A file above 1 MB, or past
 * 256 MB of a tree, is listed but not read: asking for its bytes throws KIN-1002.
 */
export async function gitTree(gitDir: string, revision: string): Promise<Tree> {
  const repository = repositoryAt(gitDir)
  const listing = await gitListing(gitDir, revision)
  const known = TREES.get(repository.key(listing.tree))
  if (known !== undefined) return known.tree
  const files = [...listing.entries].filter(([, entry]) => isFile(entry))
  const links = [...listing.entries].filter(([, entry]) => entry.mode === '120000')
  const contents = await contentsOf(
    repository,
    [...files, ...links].map(([, entry]) => entry.oid),
  )
  const paths = files.map(([path]) => path)
  const tree = treeFrom(listing, paths, contents)
  const bytes = [...contents.values()].reduce((sum, content) => sum + content.byteLength, 0)
  TREES.set(repository.key(listing.tree), { tree, bytes })
  return tree
}

function treeFrom(listing: Listing, paths: readonly string[], contents: ReadonlyMap<string, Uint8Array>): Tree {
  const links = [...listing.entries].filter(([, entry]) => !isFile(entry)).map(([path]) => path)
  const file = (path: string): Entry | undefined => {
    const entry = listing.entries.get(path)
    return isFile(entry) ? entry : undefined
  }
  return {
    oid: listing.tree,
    paths: () => paths,
    bytes: (path) => {
      const entry = file(path)
      if (entry === undefined) return undefined
      const content = contents.get(entry.oid)
      if (content === undefined)
        throw new KintsugiError(
          'KIN-1002',
          `${path} is too large to be read: more than 1 MB, or the tree has more than 256 MB`,
        )
      return content
    },
    blob: (path) => file(path)?.oid,
    special: (path) => {
      const mode = listing.entries.get(path)?.mode
      if (mode === '120000') return 'symlink'
      return mode === '160000' ? 'submodule' : undefined
    },
    specials: () => links,
    link: (path) => {
      const entry = listing.entries.get(path)
      const content = entry?.mode === '120000' ? contents.get(entry.oid) : undefined
      return content === undefined ? undefined : new TextDecoder().decode(content)
    },
  }
}

/** Commits reachable from a revision or branch that touched one of the paths (any, where there are none), newest first. */
export async function gitHistory(
  gitDir: string,
  revision: string,
  options: { readonly paths?: readonly string[]; readonly limit: number },
): Promise<readonly LogEntry[]> {
  if (!isRevision(revision) && !isBranchName(revision))
    throw new KintsugiError('KIN-4002', `${JSON.stringify(revision.slice(0, 100))} is not the name of a revision`)
  const limit = `--max-count=${Math.max(0, Math.floor(options.limit))}`
  const output = await must(gitAt(gitDir), [
    'rev-list',
    '--timestamp',
    limit,
    '--end-of-options',
    revision,
    '--',
    ...(options.paths ?? []),
  ])
  return output
    .toString('utf8')
    .split('\n')
    .flatMap((line): LogEntry[] => {
      const [seconds, oid] = line.split(' ')
      return oid === undefined ? [] : [{ revision: oid, atMs: Number(seconds) * 1000 }]
    })
}
