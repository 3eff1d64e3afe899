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
