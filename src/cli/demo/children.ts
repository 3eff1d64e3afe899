import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of the demo. `ended` gives its exit code, 1 where it was killed or could not be started. */
export type Child = { stop(): void; readonly ended: Promise<number> }

export type Heard = { readonly line: (document: unknown) => void; readonly words: (text: string) => void }

/** Those that run. A process that goes away takes them along, also when it ends because nobody reads it any more. */
const running = new Set<ChildProcess>()

function takeAlong(): void {
  for (const child of running) child.kill('SIGTERM')
}

/** Starts a part of the product as a process of its own. `module` is relative to the folder of the commands. */
export function startChild(module: string, args: readonly string[], heard: Heard): Child {
  const entry = fileURLToPath(new URL(`../../${module}`, import.meta.url))
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  if (running.size === 0) process.once('exit', takeAlong)
  running.add(child)
  createInterface({ input: child.stdout }).on('line', (line) => hear(line, heard))
  createInterface({ input: child.stderr }).on('line', heard.words)
  child.once('error', (error) => heard.words(`${module} could not be started: ${error.message}`))
  return {
    stop: () => stopChild(child),
    ended: new Promise((resolve) => {
      child.once('close', (code) => {
        running.delete(child)
        if (running.size === 0) process.off('exit', takeAlong)
        resolve(code ?? 1)
      })
    }),
  }
}

/** A process that is killed while it writes leaves half a line. */
function hear(line: string, heard: Heard): void {
  let document: unknown
  try {
    document = JSON.parse(line)
  } catch {
    heard.words(line)
    return
  }
  heard.line(document)
}

function stopChild(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  // A process that is in the middle of something gets two seconds to finish it.
  setTimeout(() => child.kill('SIGKILL'), 2000).unref()
}
