import { execFile } from 'node:child_process'
import { isJsonObject, KintsugiError } from '../../domain/index.ts'
import type { SyncRecord, SyncStore } from './sync-log.ts'

export const SYNC_REF = 'refs/kintsugi-world/syncs'
const FILE = 'syncs.jsonl'
const NOBODY = '0'.repeat(40)
const ROUNDS = 5
const MOST_BYTES = 16 * 1024 * 1024

export type GitSyncStoreOptions = {
  /** A bare repository. */
  readonly gitDir: string
  /** git to run; found on PATH by default. */
  readonly git?: string
}

type Git = (args: readonly string[], input?: string, atMs?: number) => Promise<string | undefined>

/** Remembers syncs as commits of a ref of the repository, one line of JSON per sync, so that every process sees the same world. */
export function gitSyncStore(options: GitSyncStoreOptions): SyncStore {
  const git = gitIn(options)
  let cached: { readonly commit: string; readonly text: string } | undefined
  const log = async (): Promise<{ readonly commit: string; readonly text: string }> => {
    const commit = (await git(['rev-parse', '--verify', '--quiet', SYNC_REF]))?.trim()
    if (commit === undefined) return { commit: NOBODY, text: '' }
    if (cached?.commit !== commit)
      cached = { commit, text: (await git(['cat-file', 'blob', `${commit}:${FILE}`])) ?? '' }
    return cached
  }
  return {
    head: async (branch) => (await git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]))?.trim(),
    read: async () => parseLog((await log()).text),
    append: async (records) => {
      if (records.length === 0) return
      for (let round = 0; round < ROUNDS; round += 1) {
        const { commit, text } = await log()
        if (await extend(git, { commit, text }, records)) return
      }
      throw new KintsugiError('KIN-4004', `${SYNC_REF} was changed ${ROUNDS} times while a sync was being recorded`)
    },
  }
}

/** One commit on top of what was read; false when another writer was faster. */
async function extend(
  git: Git,
  { commit, text }: { readonly commit: string; readonly text: string },
  records: readonly SyncRecord[],
): Promise<boolean> {
  const lines = records.map(({ application, revision, atMs }) => JSON.stringify({ application, revision, atMs }))
  const blob = await must(git, ['hash-object', '-w', '--stdin'], `${text}${lines.join('\n')}\n`)
  const tree = await must(git, ['mktree'], `100644 blob ${blob}\t${FILE}\n`)
  const parent = commit === NOBODY ? [] : ['-p', commit]
  const message = `sync ${records.map(({ application }) => application).join(', ')}`
  const next = await must(git, ['commit-tree', tree, ...parent, '-m', message], undefined, records.at(-1)?.atMs)
  return (await git(['update-ref', SYNC_REF, next, commit])) !== undefined
}

async function must(git: Git, args: readonly string[], input?: string, atMs?: number): Promise<string> {
  const output = await git(args, input, atMs)
  if (output === undefined) throw new KintsugiError('KIN-4001', `git ${args[0]} failed while a sync was being recorded`)
  return output.trim()
}

function parseLog(text: string): SyncRecord[] {
  return text.split('\n').flatMap((line): SyncRecord[] => {
    if (line === '') return []
    const value: unknown = JSON.parse(line)
    if (!isJsonObject(value)) return []
    const { application, revision, atMs } = value
    const sound = typeof application === 'string' && typeof revision === 'string' && typeof atMs === 'number'
    return sound ? [{ application, revision, atMs }] : []
  })
}

/** Runs git without the settings of whoever started us. Undefined when git says no; throws KIN-4001 when it cannot be started. */
function gitIn({ gitDir, git = 'git' }: GitSyncStoreOptions): Git {
  return (args, input, atMs = 0) =>
    new Promise((resolve, reject) => {
      const date = `@${Math.floor(atMs / 1000)} +0000`
      const env = {
        PATH: process.env['PATH'] ?? '',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'simulated Argo CD',
        GIT_AUTHOR_EMAIL: 'argocd@simulation.invalid',
        GIT_COMMITTER_NAME: 'simulated Argo CD',
        GIT_COMMITTER_EMAIL: 'argocd@simulation.invalid',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      }
      const options = { env, maxBuffer: MOST_BYTES, timeout: 30_000 }
      const child = execFile(git, ['--git-dir', gitDir, ...args], options, (error, stdout) => {
        if (error === null) resolve(stdout)
        else if (typeof error.code === 'number') resolve(undefined)
        else
          reject(new KintsugiError('KIN-4001', `git ${args[0]} could not be run: ${error.message}`, { cause: error }))
      })
      // A child that ends early closes its end; its exit code tells.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input ?? '')
    })
}
