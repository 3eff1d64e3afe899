import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KintsugiError } from '../../domain/index.ts'
import { isLockHeld, removeDeadLock } from './dead-lock.ts'
import { catFile, type Git, gitAt, must } from './git.ts'
import type { Commit, FileWrite, NewCommit, RefChange, Store, Stored } from './store.ts'
import { gitHistory, gitListing, gitTree } from './tree.ts'

const NOTHING = '0'.repeat(40)
/** A transaction locks a few refs, HEAD and the packed refs. */
const MOST_LOCKS = 12
/** What git says when a ref is not what it should be. */
const LOST = /cannot lock ref|reference already exists|unable to resolve reference/i
const IN_THE_WAY = /exists; cannot create/

type Person = { readonly email: string; readonly atMs: number }

function person(line: string): Person {
  const match = /<([^<>]*)> (-?\d+) [+-]\d{4}$/.exec(line)
  return { email: match?.[1] ?? '', atMs: Number(match?.[2] ?? 0) * 1000 }
}

/** Reads a commit object. The first line of a name counts; what a signature adds is skipped. */
export function parseCommit(oid: string, content: Buffer): Commit {
  const text = content.toString('utf8')
  const blank = text.indexOf('\n\n')
  const headers = (blank < 0 ? text : text.slice(0, blank)).split('\n')
  const all = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const committer = person(all('committer')[0] ?? '')
  return {
    oid,
    tree: all('tree')[0] ?? '',
    parents: all('parent'),
    authorEmail: person(all('author')[0] ?? '').email,
    committerEmail: committer.email,
    atMs: committer.atMs,
    message: blank < 0 ? '' : text.slice(blank + 2),
  }
}

/** The bytes of a commit: everything in it is given, so the same input gives the same id. */
function commitText({ tree, parents, author, atMs, message }: NewCommit): string {
  const who = `${author.name} <${author.email}> ${Math.floor(atMs / 1000)} +0000`
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`]
  return `${lines.join('\n')}\n\n${message}`
}

async function readRefs(git: Git): Promise<ReadonlyMap<string, string>> {
  const output = await must(git, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/', 'refs/kintsugi/'])
  return new Map(
    output
      .toString('utf8')
      .split('\n')
      .flatMap((line): [string, string][] => {
        const space = line.lastIndexOf(' ')
        return space < 0 ? [] : [[line.slice(0, space), line.slice(space + 1)]]
      }),
  )
}

async function readCommits(
  git: Git,
  commits: readonly string[],
  paths: readonly string[],
): Promise<ReadonlyMap<string, Stored>> {
  const names = commits.flatMap((oid) => [oid, ...paths.map((path) => `${oid}:${path}`)])
  const objects = await catFile(git, names)
  const found = new Map<string, Stored>()
  commits.forEach((oid, index) => {
    const first = index * (paths.length + 1)
    const commit = objects[first]
    if (commit?.type !== 'commit') return
    const files = new Map<string, string>()
    paths.forEach((path, position) => {
      const object = objects[first + 1 + position]
      if (object?.type === 'blob') files.set(path, object.content.toString('utf8'))
    })
    found.set(oid, { commit: parseCommit(oid, commit.content), files })
  })
  return found
}

async function writeBlob(git: Git, content: Uint8Array): Promise<string> {
  return (await must(git, ['hash-object', '-w', '--stdin'], content)).toString('utf8').trim()
}

/** Builds a tree in an index of its own, outside of the repository: there is never a work tree. */
async function writeTree(git: Git, base: string | undefined, files: readonly FileWrite[]): Promise<string> {
  const oids = await Promise.all(files.map((file) => writeBlob(git, file.content)))
  const folder = await mkdtemp(join(tmpdir(), 'kintsugi-index-'))
  const index = { GIT_INDEX_FILE: join(folder, 'index') }
  try {
    if (base !== undefined) await must(git, ['read-tree', base], '', index)
    const lines = files.map(({ mode, path }, position) => `${mode} ${oids[position]}\t${path}\0`)
    await must(git, ['update-index', '-z', '--index-info'], lines.join(''), index)
    return (await must(git, ['write-tree'], '', index)).toString('utf8').trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function refLine({ ref, from, to }: RefChange): string {
  if (from === to) return `verify ${ref} ${from ?? NOTHING}\n`
  if (to === undefined) return `delete ${ref} ${from}\n`
  return `update ${ref} ${to} ${from ?? NOTHING}\n`
}

async function updateRefs(git: Git, gitDir: string, changes: readonly RefChange[]): Promise<boolean> {
  // Without `commit` at the end nothing is done: a writer that is cut while it writes has asked for nothing.
  const lines = ['start\n', ...changes.map(refLine), 'prepare\n', 'commit\n'].join('')
  for (let locks = 0; ; locks += 1) {
    const answer = await git(['update-ref', '--no-deref', '--stdin'], lines)
    if (answer.exit === 0) return true
    if (locks < MOST_LOCKS && (await removeDeadLock(gitDir, answer.stderr))) continue
    if (isLockHeld(answer.stderr))
      throw new KintsugiError('KIN-4004', `git update-ref: ${answer.stderr}`, { retryable: true })
    if (LOST.test(answer.stderr) && !IN_THE_WAY.test(answer.stderr)) return false
    throw new KintsugiError('KIN-4001', `git update-ref: ${answer.stderr}`)
  }
}

async function contains(git: Git, revision: string, commit: string): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', commit, revision])).exit === 0
}

async function outside(git: Git, revision: string, commits: readonly string[]): Promise<ReadonlySet<string>> {
  if (commits.length === 0) return new Set()
  const output = await must(git, ['rev-list', '--ignore-missing', '--stdin'], `${commits.join('\n')}\n^${revision}\n`)
  const listed = new Set(output.toString('utf8').split('\n'))
  const away = new Set<string>()
  for (const commit of commits) {
    // What is not listed is inside, or missing altogether; the second look tells.
    if (listed.has(commit) || !(await contains(git, revision, commit))) away.add(commit)
  }
  return away
}

/** A check, made once, that this is a repository which nobody works in. */
function bareOnly(git: Git, gitDir: string): () => Promise<void> {
  let checked: Promise<void> | undefined
  const check = async (): Promise<void> => {
    const answer = await git(['rev-parse', '--is-bare-repository'])
    if (answer.exit !== 0 || answer.stdout.toString('utf8').trim() !== 'true') {
      const said = answer.stderr === '' ? '' : `: ${answer.stderr}`
      throw new KintsugiError('KIN-4002', `${gitDir} is not a bare Git repository${said}`)
    }
  }
  return () => {
    checked ??= check()
    return checked
  }
}

/** A bare Git repository as a Store. `beforeWrite` is called ahead of each write; what it throws stops that write. */
export function gitStore(gitDir: string, beforeWrite: (what: 'tree' | 'commit' | 'refs') => void = () => {}): Store {
  const git = gitAt(gitDir)
  const bare = bareOnly(git, gitDir)
  return {
    defaultBranch: async () => {
      await bare()
      const answer = await git(['symbolic-ref', '--short', '--quiet', 'HEAD'])
      if (answer.exit !== 0) throw new KintsugiError('KIN-4002', `HEAD of ${gitDir} names no branch`)
      return answer.stdout.toString('utf8').trim()
    },
    refs: async () => {
      await bare()
      return readRefs(git)
    },
    read: (commits, paths) => readCommits(git, commits, paths),
    listing: (commit) => gitListing(gitDir, commit),
    tree: (revision) => gitTree(gitDir, revision),
    writeTree: async (base, files) => {
      beforeWrite('tree')
      return writeTree(git, base, files)
    },
    writeCommit: async (commit) => {
      beforeWrite('commit')
      return (await must(git, ['hash-object', '-t', 'commit', '-w', '--stdin'], commitText(commit)))
        .toString('utf8')
        .trim()
    },
    update: async (changes) => {
      beforeWrite('refs')
      return updateRefs(git, gitDir, changes)
    },
    contains: (revision, commit) => contains(git, revision, commit),
    outside: (revision, commits) => outside(git, revision, commits),
    firstParents: async (from, limit) => {
      const output = await must(git, ['rev-list', '--first-parent', `--max-count=${limit}`, from])
      return output
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
    },
    log: (from, paths, limit) => gitHistory(gitDir, from, { paths, limit }),
  }
}
