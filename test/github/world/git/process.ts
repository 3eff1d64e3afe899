import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Nothing of the machine's own settings reaches git. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

export type GitRun = { readonly code: number; readonly stdout: Buffer; readonly stderr: string }
export type GitInput = { readonly input?: string | Buffer; readonly environment?: Readonly<Record<string, string>> }

/** Runs git in a bare repository, whatever its exit code. */
export async function tryGit(gitDir: string, args: readonly string[], given: GitInput = {}): Promise<GitRun> {
  const child = spawn('git', args, {
    env: { ...GIT_ENVIRONMENT, GIT_DIR: gitDir, ...given.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A git that ends early closes its input; its exit code says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(given.input ?? '')
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}

/** Runs git and gives what it printed; anything but success is thrown. */
export async function git(gitDir: string, args: readonly string[], given: GitInput = {}): Promise<string> {
  return (await gitBytes(gitDir, args, given)).toString()
}

export async function gitBytes(gitDir: string, args: readonly string[], given: GitInput = {}): Promise<Buffer> {
  const run = await tryGit(gitDir, args, given)
  if (run.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${run.code}: ${run.stderr}`)
  return run.stdout
}

const answers = new Map<string, Promise<GitRun>>()
const MOST_ANSWERS = 4000
const OID = /^[0-9a-f]{40}$/

/**
 * The same, remembered: for commands that are about objects alone, whose answer never changes. `names` are the revisions among the
 * arguments; unless all are whole oids the command is run.
 */
export async function gitOnce(gitDir: string, args: readonly string[], names: readonly string[]): Promise<GitRun> {
  if (!names.every((name) => OID.test(name))) return tryGit(gitDir, args)
  const key = `${gitDir}\0${args.join('\0')}`
  const known = answers.get(key)
  if (known) return known
  if (answers.size >= MOST_ANSWERS) answers.clear()
  const asked = tryGit(gitDir, args)
  answers.set(key, asked)
  const run = await asked
  // Anything but yes and no may only say that an object is not there yet.
  if (run.code !== 0 && run.code !== 1) answers.delete(key)
  return run
}

/** What a command about objects printed, remembered; anything but success is thrown. */
export async function gitTextOnce(gitDir: string, args: readonly string[], names: readonly string[]): Promise<string> {
  const run = await gitOnce(gitDir, args, names)
  if (run.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${run.code}: ${run.stderr}`)
  return run.stdout.toString()
}
