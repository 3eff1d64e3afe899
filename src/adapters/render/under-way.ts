import { rmSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const folders = new Set<string>()
const groups = new Set<number>()

/** Ends every child with all that it started, and removes every folder of a render, at once. */
function clear(): void {
  for (const pid of groups) killGroup(pid)
  groups.clear()
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // The next start sweeps it.
    }
  }
  folders.clear()
}

/** Where nobody else answers the signal, the process ends by it, as it would have without us. Whoever does answer lets renders end by themselves. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  clear()
  stopWatching()
  process.kill(process.pid, signal)
}

function watch(): void {
  if (folders.size + groups.size !== 1) return
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('exit', clear)
}

function unwatch(): void {
  if (folders.size + groups.size === 0) stopWatching()
}

function stopWatching(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off('exit', clear)
}

/** What a render leaves behind when the process is interrupted is removed: its folder, and the group of its child. */
export const underWay = {
  folder(path: string): void {
    folders.add(path)
    watch()
  },
  folderGone(path: string): void {
    folders.delete(path)
    unwatch()
  },
  group(pid: number | undefined): void {
    if (pid === undefined) return
    groups.add(pid)
    watch()
  },
  groupGone(pid: number | undefined): void {
    if (pid === undefined) return
    groups.delete(pid)
    unwatch()
  },
}

export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}
