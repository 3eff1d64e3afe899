import { spawn } from 'node:child_process'
import { isProgram, onPath } from './find-helm.ts'
import { killGroup, underWay } from './under-way.ts'

export type ChildLimits = {
  /** Address space, bytes. */
  readonly memoryBytes: number
  readonly cpuSeconds: number
  /** Largest file that may be written, bytes. */
  readonly fileBytes: number
  readonly openFiles: number
  readonly wallMs: number
  readonly outputBytes: number
}

export const CHILD_LIMITS: ChildLimits = {
  memoryBytes: 1_073_741_824,
  cpuSeconds: 20,
  fileBytes: 33_554_432,
  openFiles: 256,
  wallMs: 30_000,
  outputBytes: 16 * 1024 * 1024,
}

export type ChildOutcome =
  | { readonly ended: 'exit'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly ended: 'limit'; readonly message: string }
  | { readonly ended: 'not-started'; readonly cause: unknown }

export type ChildCommand = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly limits: ChildLimits
  /** Path of prlimit; without it only time and output are bounded. */
  readonly prlimit: string | undefined
}

const STDERR_BYTES = 65_536
/** How the Go runtime says that it got no memory. */
const NO_MEMORY =
  /out of memory|cannot allocate memory|failed to (?:reserve|commit)|newosproc|resource temporarily unavailable/i

export function findPrlimit(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return ['/usr/bin/prlimit', '/bin/prlimit', ...onPath('prlimit', env)].find(isProgram)
}

function bounded({ file, args, limits, prlimit }: ChildCommand): { file: string; args: readonly string[] } {
  if (prlimit === undefined) return { file, args }
  const bounds = [
    `--as=${limits.memoryBytes}`,
    `--cpu=${limits.cpuSeconds}`,
    `--fsize=${limits.fileBytes}`,
    `--nofile=${limits.openFiles}`,
    '--core=0',
  ]
  return { file: prlimit, args: [...bounds, file, ...args] }
}

/**
 * Runs a program in its own process group, with exactly the given environment and no input, until it ends or passes a limit; then the whole
 * group is killed. Never throws.
 */
export function runChild(command: ChildCommand): Promise<ChildOutcome> {
  const { limits } = command
  const { file, args } = bounded(command)
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      detached: true,
    })
    underWay.group(child.pid)
    // Decoded as it comes, so that a large output is not held as bytes and as text at once.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let out = ''
    const err: Buffer[] = []
    let [outBytes, errBytes] = [0, 0]
    let passed: string | undefined
    const stop = (message: string): void => {
      passed ??= message
      killGroup(child.pid)
    }
    const timer = setTimeout(() => stop(`it took longer than ${limits.wallMs / 1000} s`), limits.wallMs)
    child.stdout.on('data', (chunk: Buffer) => {
      outBytes += chunk.byteLength
      if (outBytes > limits.outputBytes) stop(`it printed more than ${Math.round(limits.outputBytes / 1024 / 1024)} MB`)
      else out += decoder.decode(chunk, { stream: true })
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (errBytes < STDERR_BYTES) err.push(chunk.subarray(0, STDERR_BYTES - errBytes))
      errBytes += chunk.byteLength
    })
    child.on('error', (cause) => {
      clearTimeout(timer)
      underWay.groupGone(child.pid)
      resolve({ ended: 'not-started', cause })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      killGroup(child.pid)
      underWay.groupGone(child.pid)
      const stderr = Buffer.concat(err).toString('utf8')
      const message = passed ?? limitBehind(code, signal, stderr, limits)
      if (message !== undefined) resolve({ ended: 'limit', message })
      else resolve({ ended: 'exit', code: code ?? 1, stdout: out + decoder.decode(), stderr })
    })
  })
}

function limitBehind(
  code: number | null,
  signal: NodeJS.Signals | null,
  stderr: string,
  limits: ChildLimits,
): string | undefined {
  if (signal === 'SIGXCPU' || signal === 'SIGKILL') return `it took more than ${limits.cpuSeconds} s of CPU`
  if (signal === 'SIGXFSZ') return `it wrote a file above ${limits.fileBytes} bytes`
  // The runtime ends with 2 and a dump; an error that a chart words itself comes from helm, which ends with 1.
  if (code !== 1 && code !== 0 && NO_MEMORY.test(stderr))
    return `it took more than ${limits.memoryBytes / 1024 / 1024} MB of memory`
  return signal === null ? undefined : `it was ended by ${signal}`
}
