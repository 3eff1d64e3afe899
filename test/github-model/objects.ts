import { createHash } from 'node:crypto'
import { type Account, blobOid } from '../../src/domain/index.ts'

export type Entry = { readonly mode: string; readonly oid: string }
export type Files = ReadonlyMap<string, Entry>

export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly atMs: number
  readonly author: Account
  readonly committer: Account
  /** Signed by GitHub itself. */
  readonly verified: boolean
}

type Folder = Map<string, Entry | Folder>

function gitOid(kind: 'tree' | 'commit', content: Uint8Array): string {
  return createHash('sha1').update(`${kind} ${content.byteLength}\0`).update(content).digest('hex')
}

function foldersOf(files: Files): Folder {
  const root: Folder = new Map()
  for (const [path, entry] of files) {
    const names = path.split('/')
    const last = names.pop() ?? ''
    let at = root
    for (const name of names) {
      const next = at.get(name)
      if (next instanceof Map) at = next
      else {
        const made: Folder = new Map()
        at.set(name, made)
        at = made
      }
    }
    at.set(last, entry)
  }
  return root
}

function folderOid(folder: Folder): string {
  const rows = [...folder].map(([name, one]) =>
    one instanceof Map
      ? { key: `${name}/`, name, mode: '40000', oid: folderOid(one) }
      : { key: name, name, mode: one.mode, oid: one.oid },
  )
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  const parts = rows.flatMap(({ mode, name, oid }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])
  return gitOid('tree', Buffer.concat(parts))
}

/** Git's objects in memory: append-only, so that they serve every earlier state of the repository too. Ids of blobs and trees are git's own. */
export class Objects {
  readonly blobs = new Map<string, Uint8Array>()
  readonly trees = new Map<string, Files>()
  readonly commits = new Map<string, Commit>()
  #made = 0

  putBlob(content: Uint8Array): string {
    const oid = blobOid(content)
    this.blobs.set(oid, content)
    return oid
  }

  putTree(files: Files): string {
    const sorted = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    const oid = folderOid(foldersOf(sorted))
    this.trees.set(oid, sorted)
    return oid
  }

  /** No two commits are one, as signatures of GitHub never are. */
  putCommit(commit: Omit<Commit, 'oid'>): string {
    const seconds = Math.floor(commit.atMs / 1000)
    const who = (account: Account): string => `${account.login} <${account.login}@example.com> ${seconds} +0000`
    const lines = [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${who(commit.author)}`,
      `committer ${who(commit.committer)}`,
      `gpgsig ${++this.#made}`,
      '',
      commit.message,
    ]
    const oid = gitOid('commit', Buffer.from(lines.join('\n')))
    this.commits.set(oid, { ...commit, oid, atMs: seconds * 1000 })
    return oid
  }

  filesOf(commit: string | undefined): Files {
    const tree = commit === undefined ? undefined : this.commits.get(commit)?.tree
    return (tree === undefined ? undefined : this.trees.get(tree)) ?? new Map()
  }

  /** The tree that a commit has once these files are written (`undefined` deletes one). Modes stay; new files are 100644. */
  treeWith(commit: string | undefined, changes: ReadonlyMap<string, Uint8Array | undefined>): string {
    const files = new Map(this.filesOf(commit))
    for (const [path, content] of changes) {
      if (content === undefined) files.delete(path)
      else files.set(path, { mode: files.get(path)?.mode ?? '100644', oid: this.putBlob(content) })
    }
    return this.putTree(files)
  }

  ancestors(from: string): ReadonlySet<string> {
    const seen = new Set<string>()
    const next = [from]
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      const commit = this.commits.get(at)
      if (commit === undefined || seen.has(at)) continue
      seen.add(at)
      next.push(...commit.parents)
    }
    return seen
  }

  contains(revision: string, commit: string): boolean {
    return this.ancestors(revision).has(commit)
  }

  mergeBase(one: string, other: string): string | undefined {
    const mine = this.ancestors(one)
    const common = [...this.ancestors(other)].filter((oid) => mine.has(oid))
    return common.find((oid) => !common.some((else_) => else_ !== oid && this.contains(else_, oid)))
  }

  /** Commits of `head` that `base` has not, parents first. */
  between(base: string | undefined, head: string): readonly Commit[] {
    const known = base === undefined ? new Set<string>() : new Set(this.ancestors(base))
    const found: Commit[] = []
    const visit = (oid: string): void => {
      const commit = this.commits.get(oid)
      if (commit === undefined || known.has(oid)) return
      known.add(oid)
      for (const parent of commit.parents) visit(parent)
      found.push(commit)
    }
    visit(head)
    return found
  }

  /** Paths in which two sets of files differ, in order. */
  changed(before: Files, after: Files): readonly string[] {
    const differs = (path: string): boolean => {
      const [one, other] = [before.get(path), after.get(path)]
      return one?.oid !== other?.oid || one?.mode !== other?.mode
    }
    return [...new Set([...before.keys(), ...after.keys()])].filter(differs).sort()
  }

  /** Three ways, file by file: a file that both changed to different ends is a conflict. Undefined where there is one. */
  merged(ours: string, theirs: string): string | undefined {
    const from = this.filesOf(this.mergeBase(ours, theirs))
    const [mine, other] = [this.filesOf(ours), this.filesOf(theirs)]
    const files = new Map(mine)
    for (const path of this.changed(from, other)) {
      const entry = other.get(path)
      const untouched = from.get(path)?.oid === mine.get(path)?.oid
      if (!untouched && mine.get(path)?.oid !== entry?.oid) return undefined
      if (entry === undefined) files.delete(path)
      else files.set(path, entry)
    }
    return this.putTree(files)
  }
}
