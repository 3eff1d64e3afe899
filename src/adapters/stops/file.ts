import { access } from 'node:fs/promises'
import type { StopSource } from './stop.ts'
import { unreadable } from './stop.ts'

/** Stops while the file is there. Asked of the disk each time. */
export function fileStop(path: string): StopSource {
  return async () => {
    try {
      await access(path)
      return { stops: true }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      return code === 'ENOENT' ? { stops: false } : unreadable(`it cannot be looked at: ${code}`)
    }
  }
}
