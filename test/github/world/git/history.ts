import { type Commit, mustCommit } from './commits.ts'
import { git, gitBytes, gitOnce, gitTextOnce } from './process.ts'

export async function mergeBase(gitDir: string, one: string, other: string): Promise<string | undefined> {
  const run = await gitOnce(gitDir, ['merge-base', one, other], [one, other])
  return run.code === 0 ? run.stdout.toString().trim() : undefined
}

export async function isAncestor(gitDir: string, ancestor: string, descendant: string): Promise<boolean> {
  return (
    (await gitOnce(gitDir, ['merge-base', '--is-ancestor', ancestor, descendant], [ancestor, descendant])).code === 0
  )
}

export type LogQuery = {
  readonly from: string
  /** Reachable from here is left out. */
  readonly not?: string
  readonly path?: string
  readonly sinceMs?: number
  readonly untilMs?: number
  readonly limit?: number
  readonly skip?: number
}

/** Commits, newest first. */
export async function log(gitDir: string, query: LogQuery): Promise<Commit[]> {
  const args = ['rev-list', '--topo-order']
  if (query.limit !== undefined) args.push(`--max-count=${query.limit}`)
  if (query.skip !== undefined) args.push(`--skip=${query.skip}`)
  if (query.sinceMs !== undefined) args.push(`--since=${new Date(query.sinceMs).toISOString()}`)
  if (query.untilMs !== undefined) args.push(`--until=${new Date(query.untilMs).toISOString()}`)
  args.push(query.from)
  if (query.not !== undefined) args.push(`^${query.not}`)
  args.push('--')
  if (query.path !== undefined && query.path !== '') args.push(`:(literal)${query.path}`)
  const names = query.not === undefined ? [query.from] : [query.from, query.not]
  const oids = (await gitTextOnce(gitDir, args, names)).split('\n').filter((oid) => oid !== '')
  return Promise.all(oids.map((oid) => mustCommit(gitDir, oid)))
}

export async function countBetween(gitDir: string, from: string, not: string): Promise<number> {
  return Number(await gitTextOnce(gitDir, ['rev-list', '--count', from, `^${not}`], [from, not]))
}

export type FileChange = {
  readonly path: string
  readonly previousPath: string | undefined
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  /** After the change; of removed ones, before it. */
  readonly oid: string
  readonly additions: number
  readonly deletions: number
}

const ZERO = /^0+$/
const STATUS: Readonly<Record<string, FileChange['status']>> = { A: 'added', D: 'removed', R: 'renamed' }
type Counts = { readonly additions: number; readonly deletions: number }

/** What changed from one tree or commit to another, renames found as GitHub finds them. */
export async function diffFiles(gitDir: string, from: string, to: string): Promise<FileChange[]> {
  const args = ['diff-tree', '-r', '-M', '-z', '--raw', '--numstat', '--no-abbrev', from, to]
  const words = (await gitTextOnce(gitDir, args, [from, to])).split('\0')
  const files: Omit<FileChange, keyof Counts>[] = []
  const counts = new Map<string, Counts>()
  const next = () => words.shift() ?? ''
  while (words.length > 0) {
    const word = next()
    const [, before = '', after = '', letter] = /^:\d+ \d+ ([0-9a-f]{40}) ([0-9a-f]{40}) ([A-Z])\d*$/.exec(word) ?? []
    if (letter !== undefined) {
      const previousPath = letter === 'R' ? next() : undefined
      files.push({
        path: next(),
        previousPath,
        status: STATUS[letter] ?? 'modified',
        oid: ZERO.test(after) ? before : after,
      })
      continue
    }
    const [, additions, deletions, name] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(word) ?? []
    if (additions === undefined) continue
    const path = name === '' ? renamedTo(next(), next()) : (name ?? '')
    counts.set(path, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 })
  }
  return files.map((file) => ({ ...file, ...(counts.get(file.path) ?? { additions: 0, deletions: 0 }) }))
}

/** A rename leaves its name empty and says both names after it. */
function renamedTo(_former: string, now: string): string {
  return now
}

/** Paths that new commits add or change; `not` may be `--branches`, for whatever no branch has. */
export async function touchedPaths(gitDir: string, from: string, not: readonly string[]): Promise<string[]> {
  const args = [
    'log',
    '--format=',
    '--name-only',
    '--diff-filter=d',
    '-z',
    '-m',
    '--first-parent',
    from,
    '--not',
    ...not,
    '--',
  ]
  return [...new Set((await git(gitDir, args)).split(/[\0\n]/))].filter((path) => path !== '')
}

/** Unified hunks of one file without the header, as `patch` has them. */
export async function patchOf(gitDir: string, from: string, to: string, path: string): Promise<string> {
  const text = await gitTextOnce(
    gitDir,
    ['diff-tree', '-r', '-M', '-p', from, to, '--', `:(literal)${path}`],
    [from, to],
  )
  const start = text.indexOf('\n@@')
  return start < 0 ? '' : text.slice(start + 1).trimEnd()
}

export function archive(gitDir: string, revision: string, topFolder: string): Promise<Buffer> {
  return gitBytes(gitDir, ['archive', '--format=tar.gz', `--prefix=${topFolder}/`, revision])
}
