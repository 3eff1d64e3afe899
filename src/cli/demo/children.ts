import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of the demo: its lines of JSON, its words on stderr, its end. */
export type Child = { stop(): void; readonly ended: Promise<number> }

export type Heard = { readonly line: (document: unknown) => void; readonly words: (text: string) => void }

/** Starts a part of the product as a process of its own. `module` is relative to the folder of the commands. */
export function startChild(module: string, args: readonly string[], heard: Heard): Child {
  const entry = fileURLToPath(new URL(`../../${module}`, import.meta.url))
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) heard.line(JSON.parse(line))
  })
  createInterface({ input: child.stderr }).on('line', heard.words)
  return {
    stop: () => stopChild(child),
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1))),
  }
}

function stopChild(child: ChildProcess): void {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  // A process that is in the middle of something gets two seconds to finish it.
  setTimeout(() => child.kill('SIGKILL'), 2000).unref()
}
