import { type BigIntStats, constants } from 'node:fs'
import { lstat, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { blobOid, type FileChange, KintsugiError } from '../../domain/index.ts'

const NEW_FILE_MODE = 0o644

function refused(path: string, problem: string): KintsugiError {
  return new KintsugiError('KIN-1002', `${path}: ${problem}; nothing was written`)
}

/** A path of a Tree: relative, `/`-separated, no empty, `.` or `..` part, no `.git`. */
function partsOf(path: string): readonly string[] {
  const parts = path.split('/')
  const bad = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))
  if (bad || parts.some((part) => part.toLowerCase() === '.git')) throw refused(path, 'not a path within the folder')
  return parts
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch(() => undefined)
}

/** Every folder on the way is a real one; those that are missing are made only once all files have been judged. */
async function checkWay(root: string, path: string): Promise<void> {
  const parts = partsOf(path)
  let here = root
  for (const part of parts.slice(0, -1)) {
    here = join(here, part)
    const stat = await statOf(here)
    if (stat === undefined) return
    if (!stat.isDirectory()) throw refused(path, 'passes a link or a file')
  }
}

type Target = { readonly path: string; readonly file: string; readonly content: Uint8Array; readonly mode: number }

async function judge(root: string, change: FileChange, expected: Expected | undefined): Promise<Target> {
  await checkWay(root, change.path)
  const file = join(root, change.path)
  const stat = await statOf(file)
  if (stat !== undefined && !stat.isFile()) throw refused(change.path, 'is not a regular file')
  if (expected !== undefined) {
    const now = stat === undefined ? undefined : blobOid(await readFile(file))
    if (now !== expected.blob(change.path)) throw refused(change.path, 'changed since it was read')
  }
  const mode = stat === undefined ? NEW_FILE_MODE : Number(stat.mode & 0o777n)
  return { path: change.path, file, content: change.content, mode }
}

/** Puts the bytes beside their place and onto the disk, with the mode of the file that they replace. */
async function stage(target: Target, suffix: string): Promise<string> {
  await mkdir(dirname(target.file), { recursive: true })
  const beside = `${target.file}${suffix}`
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const handle = await open(beside, flags, target.mode)
  try {
    await handle.chmod(target.mode)
    await handle.writeFile(target.content)
    await handle.sync()
  } catch (cause) {
    await rm(beside, { force: true })
    throw cause
  } finally {
    await handle.close()
  }
  return beside
}

/** What the files are believed to hold now; a Tree is one. */
export type Expected = { blob(path: string): string | undefined }

/**
 * Writes whole files below `dir`. All are judged before the first byte is written: a path that leaves the folder, passes a link or names no regular file,
 * and with `expected` a file that changed since it was read, throw KIN-1002 and nothing is written. Each file is replaced in one step.
 */
export async function writeFiles(dir: string, files: readonly FileChange[], expected?: Expected): Promise<void> {
  const root = await realpath(dir).catch((cause: unknown) => {
    throw new KintsugiError('KIN-1002', `${dir}: cannot be read`, { cause })
  })
  const targets: Target[] = []
  for (const change of files) targets.push(await judge(root, change, expected))
  const suffix = `.kintsugi-${process.pid}.tmp`
  const staged: { readonly beside: string; readonly target: Target }[] = []
  try {
    for (const target of targets) staged.push({ beside: await stage(target, suffix), target })
    for (const { beside, target } of staged) await rename(beside, target.file)
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${dir}: cannot be written`, { cause })
  } finally {
    for (const { beside } of staged) await rm(beside, { force: true })
  }
}
