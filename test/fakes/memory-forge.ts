import type { Commit, Entry, FileWrite, Listing, NewCommit, RefChange, Store } from '../../src/adapters/local/index.ts'
import { type ForgeOptions, forgeOn, type ReviewedForge } from '../../src/adapters/local/index.ts'
import { blobOid, canonicalJson, KintsugiError, sha256, type Tree } from '../../src/domain/index.ts'

const ENCODER = new TextEncoder()

/** Git objects and refs in memory. Ids of blobs are those of git; ids of trees and commits are digests that look alike. */
export class MemoryRepository {
  readonly blobs = new Map<string, Uint8Array>()
  readonly trees = new Map<string, ReadonlyMap<string, Entry>>()
  readonly commits = new Map<string, Commit>()
  readonly refs = new Map<string, string>()
  /** Set to throw before a write, as a kill would. */
  beforeWrite: (what: string) => void = () => {}

  putTree(entries: ReadonlyMap<string, Entry>): string {
    const sorted = new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    const oid = sha256(canonicalJson([...sorted])).slice(0, 40)
    this.trees.set(oid, sorted)
    return oid
  }

  putCommit(commit: NewCommit): string {
    const seconds = Math.floor(commit.atMs / 1000)
    const oid = sha256(canonicalJson({ ...commit, atMs: seconds })).slice(0, 40)
    const { tree, parents, message } = commit
    const email = commit.author.email
    this.commits.set(oid, {
      oid,
      tree,
      parents,
      message,
      atMs: seconds * 1000,
      authorEmail: email,
      committerEmail: email,
    })
    return oid
  }

  filesOf(commit: string): ReadonlyMap<string, Entry> {
    const found = this.commits.get(commit)
    if (found === undefined) throw new KintsugiError('KIN-4002', `there is no commit ${commit}`)
    return this.trees.get(found.tree) ?? new Map()
  }

  treeWith(base: string | undefined, files: readonly FileWrite[]): string {
    const entries = new Map(base === undefined ? [] : this.filesOf(base))
    for (const { path, content, mode } of files) {
      const oid = blobOid(content)
      this.blobs.set(oid, content)
      entries.set(path, { oid, mode })
    }
    return this.putTree(entries)
  }

  ancestors(from: string): ReadonlySet<string> {
    const seen = new Set<string>()
    const next = [from]
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      if (seen.has(at) || !this.commits.has(at)) continue
      seen.add(at)
      next.push(...(this.commits.get(at)?.parents ?? []))
    }
    return seen
  }

  move(changes: readonly RefChange[]): boolean {
    if (changes.some(({ ref, from }) => this.refs.get(ref) !== from)) return false
    for (const { ref, to } of changes) {
      if (to === undefined) this.refs.delete(ref)
      else this.refs.set(ref, to)
    }
    return true
  }
}

function treeOf(repository: MemoryRepository, commit: string): Tree {
  const entries = repository.filesOf(commit)
  const regular = [...entries].filter(([, entry]) => entry.mode.startsWith('100')).map(([path]) => path)
  const file = (path: string): Entry | undefined => {
    const entry = entries.get(path)
    return entry?.mode.startsWith('100') ? entry : undefined
  }
  return {
    oid: repository.commits.get(commit)?.tree ?? '',
    paths: () => regular,
    bytes: (path) => repository.blobs.get(file(path)?.oid ?? ''),
    blob: (path) => file(path)?.oid,
    special: (path) => {
      const mode = entries.get(path)?.mode
      return mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : undefined
    },
  }
}

function firstParents(repository: MemoryRepository, from: string, limit: number): string[] {
  const chain: string[] = []
  for (let at: string | undefined = from; at !== undefined && chain.length < limit; ) {
    chain.push(at)
    at = repository.commits.get(at)?.parents[0]
  }
  return chain
}

function touched(repository: MemoryRepository, commit: Commit, paths: readonly string[]): boolean {
  const now = repository.filesOf(commit.oid)
  const before = commit.parents[0] === undefined ? new Map<string, Entry>() : repository.filesOf(commit.parents[0])
  const under = (path: string): boolean => paths.some((one) => path === one || path.startsWith(`${one}/`))
  return [...new Set([...now.keys(), ...before.keys()])].some(
    (path) => under(path) && now.get(path)?.oid !== before.get(path)?.oid,
  )
}

/** A store on such a repository. Every answer comes in a later turn, as one from a process would. */
export function memoryStore(repository: MemoryRepository): Store {
  const writing = async <T>(what: string, write: () => T): Promise<T> => {
    await Promise.resolve()
    repository.beforeWrite(what)
    return write()
  }
  return {
    defaultBranch: async () => 'main',
    refs: async () => new Map(repository.refs),
    read: async (commits, paths) => {
      const known = commits.flatMap((oid) => repository.commits.get(oid) ?? [])
      return new Map(
        known.map((commit) => {
          const entries = repository.filesOf(commit.oid)
          const files = paths.flatMap((path): [string, string][] => {
            const bytes = repository.blobs.get(entries.get(path)?.oid ?? '')
            return bytes === undefined ? [] : [[path, new TextDecoder().decode(bytes)]]
          })
          return [commit.oid, { commit, files: new Map(files) }]
        }),
      )
    },
    listing: async (commit): Promise<Listing> => ({
      entries: repository.filesOf(commit),
      tree: repository.commits.get(commit)?.tree ?? '',
    }),
    tree: async (revision) => treeOf(repository, revision),
    writeTree: (base, files) => writing('tree', () => repository.treeWith(base, files)),
    writeCommit: (commit) => writing('commit', () => repository.putCommit(commit)),
    update: (changes) => writing('refs', () => repository.move(changes)),
    contains: async (revision, commit) => repository.ancestors(revision).has(commit),
    outside: async (revision, commits) => {
      const inside = repository.ancestors(revision)
      return new Set(commits.filter((commit) => !inside.has(commit)))
    },
    firstParents: async (from, limit) => firstParents(repository, from, limit),
    log: async (from, paths, limit) =>
      firstParents(repository, from, Number.POSITIVE_INFINITY)
        .flatMap((oid) => repository.commits.get(oid) ?? [])
        .filter((commit) => paths.length === 0 || touched(repository, commit, paths))
        .slice(0, limit)
        .map(({ oid, atMs }) => ({ revision: oid, atMs })),
  }
}

const PERSON = { name: 'person', email: 'person@example.com' }

/** What a person does with plain Git: a commit on top of a branch, which it makes where there is none. Gives the commit. */
export function pushByPerson(
  repository: MemoryRepository,
  branch: string,
  files: Readonly<Record<string, string | undefined>>,
  atMs: number,
): string {
  const parent = repository.refs.get(`refs/heads/${branch}`)
  const entries = new Map(parent === undefined ? [] : repository.filesOf(parent))
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) entries.delete(path)
    else {
      const content = ENCODER.encode(text)
      repository.blobs.set(blobOid(content), content)
      entries.set(path, { oid: blobOid(content), mode: entries.get(path)?.mode ?? '100644' })
    }
  }
  const commit = repository.putCommit({
    tree: repository.putTree(entries),
    parents: parent === undefined ? [] : [parent],
    author: PERSON,
    atMs,
    message: `change ${Object.keys(files).join(', ')}\n`,
  })
  repository.refs.set(`refs/heads/${branch}`, commit)
  return commit
}

export type MemoryForge = ReviewedForge & { readonly memory: MemoryRepository }

/**
 * A Forge in memory with the rules of the local one. `files` are the first commit of `main`. Give the same `repository` again for a
 * second writer or for a process that was started anew.
 */
export function memoryForge(
  options: ForgeOptions & {
    readonly files?: Readonly<Record<string, string>>
    readonly repository?: MemoryRepository
  },
): MemoryForge {
  const memory = options.repository ?? new MemoryRepository()
  if (options.repository === undefined) pushByPerson(memory, 'main', options.files ?? {}, options.clock.now())
  return { ...forgeOn(memoryStore(memory), options), memory }
}
