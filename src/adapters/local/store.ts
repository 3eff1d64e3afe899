import type { Tree } from '../../domain/index.ts'

export type Identity = { readonly name: string; readonly email: string }

export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly authorEmail: string
  readonly committerEmail: string
  readonly atMs: number
  readonly message: string
}

export type FileMode = '100644' | '100755'
export type Entry = { readonly mode: FileMode | '120000' | '160000'; readonly oid: string }

/** Every leaf of a commit's tree by path. */
export type Listing = { readonly tree: string; readonly entries: ReadonlyMap<string, Entry> }

/** A commit with the text of the asked files; a file that is not there is absent. */
export type Stored = { readonly commit: Commit; readonly files: ReadonlyMap<string, string> }

export type FileWrite = { readonly path: string; readonly content: Uint8Array; readonly mode: FileMode }

export type NewCommit = {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Identity
  readonly atMs: number
  readonly message: string
}

/** `from` is what the ref must be now, `to` what it shall be; undefined means that there is no such ref. Equal ones only check. */
export type RefChange = { readonly ref: string; readonly from: string | undefined; readonly to: string | undefined }

export type LogEntry = { readonly revision: string; readonly atMs: number }

/** The few things that the local forge asks of a Git repository. Objects are immutable; refs move only by compare-and-swap. */
export interface Store {
  /** Branch that HEAD names. */
  defaultBranch(): Promise<string>
  /** All refs of `refs/heads/` and `refs/kintsugi/`, read at once. */
  refs(): Promise<ReadonlyMap<string, string>>
  /** Commits with some of their files, read at once. What does not exist is absent. */
  read(commits: readonly string[], paths: readonly string[]): Promise<ReadonlyMap<string, Stored>>
  /** Throws KIN-4002 when there is no such commit. */
  listing(commit: string): Promise<Listing>
  tree(revision: string): Promise<Tree>
  /** Id of a tree that is `base` (a commit; nothing, where undefined) with these files put in. */
  writeTree(base: string | undefined, files: readonly FileWrite[]): Promise<string>
  writeCommit(commit: NewCommit): Promise<string>
  /** All or nothing. False when a ref is not what it must be, or another writer holds it. */
  update(changes: readonly RefChange[]): Promise<boolean>
  /** Whether `commit` is `revision` or one of its ancestors. False when either is not there. */
  contains(revision: string, commit: string): Promise<boolean>
  /** Those of `commits` that `revision` does not contain. */
  outside(revision: string, commits: readonly string[]): Promise<ReadonlySet<string>>
  /** `from` and its first parents, newest first. */
  firstParents(from: string, limit: number): Promise<readonly string[]>
  /** Commits reachable from `from` that touched one of the paths (any, where there are none), newest first. */
  log(from: string, paths: readonly string[], limit: number): Promise<readonly LogEntry[]>
}
