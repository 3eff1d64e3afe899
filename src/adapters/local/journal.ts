import { type AuditAnchor, KintsugiError, parseAuditHead } from '../../domain/index.ts'
import { type Git, gitAt, must } from './git.ts'
import { gitTree } from './tree.ts'

/** The audit journal as a clone holds it. */
export type ClonedJournal = {
  /** The ref that it was read from. */
  readonly ref: string
  readonly commit: string
  /** Path -> bytes of every file of the branch; empty bytes for what cannot be read. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Heads that commits of any branch anchor. */
  readonly anchors: readonly AuditAnchor[]
  /** Commits of the branch that changed or removed a file, where files are only ever added. */
  readonly rewrites: readonly { readonly commit: string; readonly path: string }[]
}

const BRANCH = /^[A-Za-z0-9][\w./-]{0,200}$/
/** Longer than any trailer of ours. */
const ANCHOR = /^Kintsugi-Audit: (\S{1,200})$/gm

async function refOf(git: Git, branch: string): Promise<{ readonly ref: string; readonly commit: string } | undefined> {
  const format = '--format=%(refname) %(objectname)'
  const all = await must(git, ['for-each-ref', format, `refs/heads/${branch}`, `refs/remotes/*/${branch}`])
  const found = all
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [ref, commit] = line.split(' ')
      // A pattern of a ref matches what is below it too.
      return ref?.endsWith(`/${branch}`) && commit !== undefined ? [{ ref, commit }] : []
    })
  return found.find(({ ref }) => ref.startsWith('refs/heads/')) ?? found[0]
}

async function anchorsOf(git: Git): Promise<readonly AuditAnchor[]> {
  const output = await must(git, [
    ...['log', '--all', '--no-show-signature', '--extended-regexp', '--grep=^Kintsugi-Audit: ', '--format=%H%n%B%x00'],
  ])
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((text) => {
      const commit = text.trimStart().slice(0, 40)
      return [...text.matchAll(ANCHOR)].flatMap(([, word]) => {
        const head = parseAuditHead(word ?? '')
        return head === undefined ? [] : [{ head, at: `commit ${commit.slice(0, 12)}` }]
      })
    })
}

async function rewritesOf(git: Git, commit: string): Promise<ClonedJournal['rewrites']> {
  const words = ['log', '--no-renames', '--diff-filter=a', '--name-only', '-z', '--format=%x01%H', commit]
  const output = await must(git, words)
  return output
    .toString('utf8')
    .split('\u0001')
    .flatMap((entry) => {
      const [id = '', ...paths] = entry.split('\0').map((text) => text.trim())
      return paths.filter((path) => path !== '').map((path) => ({ commit: id, path }))
    })
}

/** Reads the journal of a clone, bare or not, without any network. Undefined where it has no such branch; throws KIN-4002 for what is no repository. */
export async function readJournal(gitDir: string, branch: string): Promise<ClonedJournal | undefined> {
  if (!BRANCH.test(branch)) throw new KintsugiError('KIN-4002', `${JSON.stringify(branch.slice(0, 100))} is no branch`)
  const git = gitAt(gitDir)
  const probe = await git(['rev-parse', '--git-dir'])
  if (probe.exit !== 0) throw new KintsugiError('KIN-4002', `${gitDir} is not a Git repository`)
  const found = await refOf(git, branch)
  if (found === undefined) return undefined
  const tree = await gitTree(gitDir, found.commit)
  const files = tree.paths().map((path) => [path, tree.bytes(path) ?? new Uint8Array()] as const)
  return {
    ...found,
    files: new Map(files),
    anchors: await anchorsOf(git),
    rewrites: await rewritesOf(git, found.commit),
  }
}
