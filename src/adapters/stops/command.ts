import { type ChildProcess, spawn } from 'node:child_process'
import type { Stop, StopSource } from './stop.ts'
import { unreadable } from './stop.ts'

export type CommandOptions = {
  readonly cwd: string
  /** PATH is all that the command gets of it. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000
/** Of what it says on stderr; the rest is read and dropped. */
const MOST_BYTES = 4096
/** For words that are still on their way when it has ended. */
const DRAIN_MS = 200
/** As grep and diff do it: 0 and 1 are answers, everything else is trouble. */
const [GO_ON, STOP] = [0, 1]

type Ended = { readonly code: number | null; readonly error: string; readonly late: boolean }

/**
 * Runs a command without a shell: exit code 0 lets the bot go on, 1 stops it, anything else cannot be read: another code, a signal, no such
 * program, no end within the time. Its whole process group is ended then.
 */
export function commandStop([program = '', ...args]: readonly string[], options: CommandOptions): StopSource {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  return async () => judged(program, await ended(program, args, options, timeoutMs), timeoutMs)
}

function judged(program: string, { code, error, late }: Ended, timeoutMs: number): Stop {
  if (late) return unreadable(`${program} did not end within ${timeoutMs} ms`)
  if (code === GO_ON) return { stops: false }
  if (code === STOP) return { stops: true }
  const how = code === null ? 'was ended or could not be started' : `ended with ${code}`
  return unreadable(`${program} ${how}${error === '' ? '' : `: ${error}`}`)
}

function ended(
  program: string,
  args: readonly string[],
  { cwd, env }: CommandOptions,
  timeoutMs: number,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      shell: false,
    })
    let [code, error, late]: [number | null, string, boolean] = [null, '', false]
    const timer = setTimeout(() => {
      late = true
      endGroup(child)
    }, timeoutMs)
    child.stderr.on('data', (part: Buffer) => {
      if (error.length < MOST_BYTES) error += part.toString('utf8').slice(0, MOST_BYTES - error.length)
    })
    child.once('error', ({ message }) => {
      error = message
    })
    // What it left running would hold the pipe open, and `close` back.
    child.once('exit', (ended) => {
      code = ended
      endGroup(child)
      setTimeout(() => child.stderr.destroy(), DRAIN_MS).unref()
    })
    child.once('close', () => {
      clearTimeout(timer)
      resolve({ code, error, late })
    })
  })
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}
