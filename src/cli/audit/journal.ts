import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type ClonedJournal, readJournal } from '../../adapters/local/index.ts'
import { type AuditEntry, type AuditReport, KintsugiError, verifyAudit } from '../../domain/index.ts'
import type { Arguments } from '../arguments.ts'
import type { Io } from '../io.ts'

const BRANCH = 'kintsugi/audit'

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** The Git directory of a clone: the folder itself where it is bare, its `.git`, or that of a folder above. */
async function gitDirOf(start: string, named: boolean): Promise<string> {
  for (let dir = start; ; dir = dirname(dir)) {
    if (await isDirectory(join(dir, '.git'))) return join(dir, '.git')
    if (await isDirectory(join(dir, 'objects'))) return dir
    if (named || dirname(dir) === dir) throw new KintsugiError('KIN-4002', `${start} is no clone of a Git repository`)
  }
}

export type VerifiedJournal = AuditReport & Pick<ClonedJournal, 'ref' | 'commit' | 'anchors'>

/** Reads and verifies the journal that the command line names. Throws KIN-4002 where there is none. */
export async function journalOf(args: Arguments, io: Io): Promise<VerifiedJournal> {
  const [named] = args.operands
  const branch = args.text('branch') ?? BRANCH
  const gitDir = await gitDirOf(resolve(io.cwd, named ?? '.'), named !== undefined)
  const journal = await readJournal(gitDir, branch)
  if (journal === undefined)
    throw new KintsugiError(
      'KIN-4002',
      `there is no branch ${branch} in ${gitDir}; fetch it (git fetch origin ${branch}:${branch}), or name another with --branch`,
    )
  const { ref, commit, anchors } = journal
  const report = verifyAudit(journal.files, anchors)
  const rewritten = journal.rewrites.map(({ commit: by, path }) => ({
    file: path,
    says: `was changed or removed by commit ${by.slice(0, 12)}`,
  }))
  return { ...report, faults: [...report.faults, ...rewritten], ref, commit, anchors }
}

function moment(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const atMs = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw new KintsugiError('KIN-1001', `"${text}" is no moment: 2026-11-21 or 2026-11-21T07:00:00Z`)
  return atMs
}

/** The records that the flags ask for. */
export function selected(entries: readonly AuditEntry[], args: Arguments): readonly AuditEntry[] {
  const lane = args.text('lane')
  const events = new Set(args.list('event'))
  const from = moment(args.text('since'), Number.NEGATIVE_INFINITY)
  const to = moment(args.text('until'), Number.POSITIVE_INFINITY)
  return entries.filter(
    (one) =>
      (lane === undefined || one.lane === lane || one.lane.startsWith(`${lane}/`)) &&
      (events.size === 0 || events.has(one.event)) &&
      one.atMs >= from &&
      one.atMs < to,
  )
}
