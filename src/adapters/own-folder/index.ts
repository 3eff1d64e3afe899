import { randomUUID } from 'node:crypto'
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A folder that belongs to this user alone, for what may be lost at any time. Nothing here throws. */
export type OwnFolder = {
  /** Whether it can be used: made 0700 when first asked; a link, or one that others own, may read or may write, is not used. */
  usable(): Promise<boolean>
  /** Writes a file whole or not at all (0600); folders in `name` are made. False where that did not go. */
  write(name: string, content: string | Uint8Array): Promise<boolean>
}

export function ownFolder(dir: string): OwnFolder {
  let ready: Promise<boolean> | undefined
  const usable = (): Promise<boolean> => {
    ready ??= made(dir)
    return ready
  }
  return {
    usable,
    async write(name, content) {
      if (!(await usable())) return false
      const file = join(dir, name)
      const temporary = join(dir, `.${randomUUID()}.tmp`)
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await writeFile(temporary, content, { flag: 'wx', mode: 0o600 })
        await rename(temporary, file)
        return true
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
        return false
      }
    },
  }
}

async function made(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const found = await lstat(dir)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}
