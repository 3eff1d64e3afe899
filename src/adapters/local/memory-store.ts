import { blobOid, canonicalJson, KintsugiError, sha256, type Tree } from '../../domain/index.ts'
import type { Commit, Entry, FileWrite, Listing, NewCommit, RefChange, Store, Stored } from './store.ts'

/** Where reads go for what is not in memory. */
type Below = { readonly store: Store; readonly refs: ReadonlyMap<string, string>; readonly branch: string }

/** An id that looks like one of git. Nothing outside of this process sees it. */
function idOf(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 40)
}

/**
 * A Store whose writes stay in memory: over what a repository holds, or over nothing. Of that repository, branches are seen that `sees` lets
 * pass, as they were when this was made; nothing is ever written there.
 */
export async function memoryStore(under?: Store, sees: (ref: string) => boolean = () => true): Promise<Store> {
  const below: Below | undefined = under && {
    store: under,
    refs: new Map([...(await under.refs())].filter(([ref]) => sees(ref))),
    branch: await under.defaultBranch(),
  }
  return new Objects(below).store()
}

class Objects {
  readonly #below: Below | undefined
  readonly #refs: Map<string, string>
  readonly #commits = new Map<string, Commit>()
  readonly #trees = new Map<string, ReadonlyMap<string, Entry>>()
  readonly #blobs = new Map<string, Uint8Array>()
  /** What was read below: commits do not change. */
  readonly #listings = new Map<string, Promise<Listing>>()
  readonly #read = new Map<string, Promise<Tree>>()

  constructor(below: Below | undefined) {
    this.#below = below
    this.#refs = new Map(below?.refs)
  }

  store(): Store {
    return {
      defaultBranch: async () => this.#below?.branch ?? 'main',
      refs: async () => new Map(this.#refs),
      read: (commits, paths) => this.#readCommits(commits, paths),
      listing: (commit) => this.#listing(commit),
      tree: (revision) => this.#tree(revision),
      writeTree: (base, files) => this.#writeTree(base, files),
      writeCommit: async (commit) => this.#writeCommit(commit),
      update: async (changes) => this.#update(changes),
      contains: async (revision, commit) => this.#contains(revision, commit),
      outside: async (revision, commits) => {
        const away = new Set<string>()
        for (const commit of commits) if (!(await this.#contains(revision, commit))) away.add(commit)
        return away
      },
      firstParents: (from, limit) => this.#firstParents(from, limit),
      log: async (from, paths, limit) =>
        this.#below === undefined || this.#commits.has(from) ? [] : this.#below.store.log(from, paths, limit),
    }
  }

  async #readCommits(commits: readonly string[], paths: readonly string[]): Promise<ReadonlyMap<string, Stored>> {
    const foreign = commits.filter((oid) => !this.#commits.has(oid))
    const found = new Map(foreign.length === 0 ? [] : await this.#below?.store.read(foreign, paths))
    for (const oid of commits) {
      const commit = this.#commits.get(oid)
      if (commit === undefined) continue
      const entries = this.#trees.get(commit.tree)
      const files = paths.flatMap((path): [string, string][] => {
        const bytes = this.#blobs.get(entries?.get(path)?.oid ?? '')
        return bytes === undefined ? [] : [[path, new TextDecoder().decode(bytes)]]
      })
      found.set(oid, { commit, files: new Map(files) })
    }
    return found
  }

  async #listing(commit: string): Promise<Listing> {
    const own = this.#commits.get(commit)
    if (own !== undefined) return { tree: own.tree, entries: this.#trees.get(own.tree) ?? new Map<string, Entry>() }
    const known = this.#listings.get(commit) ?? this.#missing(commit).listing(commit)
    this.#listings.set(commit, known)
    return known
  }

  #missing(commit: string): Store {
    if (this.#below === undefined) throw new KintsugiError('KIN-4002', `there is no commit ${commit}`)
    return this.#below.store
  }

  async #tree(revision: string): Promise<Tree> {
    const known = this.#read.get(revision)
    if (known !== undefined) return known
    const own = this.#commits.get(revision)
    const read = own === undefined ? this.#missing(revision).tree(revision) : this.#ownTree(own)
    this.#read.set(revision, read)
    return read
  }

  /** Files of the commit that it was made on are read below. */
  async #ownTree(commit: Commit): Promise<Tree> {
    const entries = this.#trees.get(commit.tree) ?? new Map<string, Entry>()
    const parent = commit.parents[0]
    const under = parent === undefined ? undefined : await this.#tree(parent)
    const regular = [...entries].filter(([, { mode }]) => mode.startsWith('100')).map(([path]) => path)
    return {
      oid: commit.tree,
      paths: () => regular,
      blob: (path) => (entries.get(path)?.mode.startsWith('100') ? entries.get(path)?.oid : undefined),
      bytes: (path) => {
        const entry = entries.get(path)
        return entry?.mode.startsWith('100') ? (this.#blobs.get(entry.oid) ?? under?.bytes(path)) : undefined
      },
      special: (path) => {
        const mode = entries.get(path)?.mode
        return mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : undefined
      },
    }
  }

  async #writeTree(base: string | undefined, files: readonly FileWrite[]): Promise<string> {
    const entries = new Map(base === undefined ? [] : (await this.#listing(base)).entries)
    for (const { path, content, mode } of files) {
      const oid = blobOid(content)
      this.#blobs.set(oid, content)
      entries.set(path, { oid, mode })
    }
    const sorted = new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    const oid = idOf([...sorted])
    this.#trees.set(oid, sorted)
    return oid
  }

  #writeCommit(commit: NewCommit): string {
    const atMs = Math.floor(commit.atMs / 1000) * 1000
    const oid = idOf({ ...commit, atMs })
    const { tree, parents, message, author } = commit
    const email = author.email
    this.#commits.set(oid, { oid, tree, parents, message, atMs, authorEmail: email, committerEmail: email })
    return oid
  }

  #update(changes: readonly RefChange[]): boolean {
    if (changes.some(({ ref, from }) => this.#refs.get(ref) !== from)) return false
    for (const { ref, to } of changes) {
      if (to === undefined) this.#refs.delete(ref)
      else this.#refs.set(ref, to)
    }
    return true
  }

  async #contains(revision: string, commit: string): Promise<boolean> {
    // What was made here is in nothing that lies below.
    const mayBeBelow = !this.#commits.has(commit)
    const seen = new Set<string>()
    const waiting = [revision]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at === commit) return true
      if (seen.has(at)) continue
      seen.add(at)
      const own = this.#commits.get(at)
      if (own !== undefined) waiting.push(...own.parents)
      else if (mayBeBelow && (await this.#below?.store.contains(at, commit)) === true) return true
    }
    return false
  }

  async #firstParents(from: string, limit: number): Promise<readonly string[]> {
    const chain: string[] = []
    for (let at: string | undefined = from; at !== undefined && chain.length < limit; ) {
      const own = this.#commits.get(at)
      if (own === undefined)
        return [...chain, ...((await this.#below?.store.firstParents(at, limit - chain.length)) ?? [])]
      chain.push(at)
      at = own.parents[0]
    }
    return chain
  }
}
