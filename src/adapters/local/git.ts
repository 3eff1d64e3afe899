import { type ExecFileException, execFile } from 'node:child_process'
import { KintsugiError } from '../../domain/index.ts'

const TIMEOUT_MS = 120_000
const MOST_OUTPUT = 512 * 1024 * 1024

/** What the environment or the repository could make git do is switched off: hooks, monitors, replaced objects, network, prompts. */
const SETTINGS: readonly string[] = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'protocol.allow=never',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  // Another writer holds a ref for milliseconds; one that holds it longer was cut.
  '-c',
  'core.filesRefLockTimeout=500',
  '-c',
  'core.packedRefsTimeout=500',
]

function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...extra,
  }
}

export type GitAnswer = { readonly exit: number; readonly stdout: Buffer; readonly stderr: string }

/** Runs git on one repository, without a shell, content on stdin only. Throws KIN-4001 when git cannot be run at all. */
export type Git = (
  args: readonly string[],
  input?: string | Uint8Array,
  extra?: Readonly<Record<string, string>>,
) => Promise<GitAnswer>

export function gitAt(gitDir: string): Git {
  return (args, input = '', extra = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        ['--git-dir', gitDir, ...SETTINGS, ...args],
        { env: environment(extra), encoding: 'buffer', maxBuffer: MOST_OUTPUT, timeout: TIMEOUT_MS },
        (error, stdout, stderr) => {
          const exit = exitOf(error)
          if (exit === undefined)
            reject(new KintsugiError('KIN-4001', `git ${args[0]}: ${error?.message}`, { cause: error }))
          else resolve({ exit, stdout, stderr: stderr.toString('utf8').slice(0, 2000).trim() })
        },
      )
      // A git that ends before it has read everything says why by its exit.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
}

function exitOf(error: ExecFileException | null): number | undefined {
  if (error === null) return 0
  return typeof error.code === 'number' ? error.code : undefined
}

/** The output of a git command that has to succeed; throws KIN-4001 with what git said. */
export async function must(
  git: Git,
  args: readonly string[],
  input?: string | Uint8Array,
  extra?: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const answer = await git(args, input, extra)
  if (answer.exit !== 0) throw new KintsugiError('KIN-4001', `git ${args[0]}: ${answer.stderr}`)
  return answer.stdout
}

export type GitObject = { readonly oid: string; readonly type: string; readonly content: Buffer }

/** Objects by the names asked, in one process; undefined for what does not exist. Names must not hold line breaks. */
export async function catFile(git: Git, names: readonly string[]): Promise<readonly (GitObject | undefined)[]> {
  if (names.length === 0) return []
  const output = await must(git, ['cat-file', '--batch'], `${names.join('\n')}\n`)
  const objects: (GitObject | undefined)[] = []
  let at = 0
  for (const _ of names) {
    const end = output.indexOf(0x0a, at)
    const [oid = '', type = '', size] = output.toString('utf8', at, end).split(' ')
    at = end + 1
    if (size === undefined || !/^\d+$/.test(size)) {
      objects.push(undefined)
      continue
    }
    objects.push({ oid, type, content: output.subarray(at, at + Number(size)) })
    at += Number(size) + 1
  }
  return objects
}

/** Sizes of objects by id, in one process; absent for what does not exist. */
export async function sizesOf(git: Git, oids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (oids.length === 0) return new Map()
  const output = await must(git, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], `${oids.join('\n')}\n`)
  const sizes = new Map<string, number>()
  for (const line of output.toString('utf8').split('\n')) {
    const [oid = '', size = ''] = line.split(' ')
    if (/^\d+$/.test(size)) sizes.set(oid, Number(size))
  }
  return sizes
}
