import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { KintsugiError } from '../domain/index.ts'

/** `file` is as people see it: relative to where they stand. `named` tells a file that was asked for from one found below a folder. */
export type PolicyFile = { readonly file: string; readonly text: string; readonly named: boolean }

const MAX_FILES = 2000
const MAX_BYTES = 1024 * 1024

function unreadable(path: string, problem: string, cause?: unknown): KintsugiError {
  return new KintsugiError('KIN-1002', `${path}: ${problem}`, { cause })
}

/** YAML files below a folder, in order; links are not followed and `.git` is not entered. */
async function yamlBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules')
      found.push(...(await yamlBelow(path)))
    else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(path)
    if (found.length > MAX_FILES) throw unreadable(folder, `more than ${MAX_FILES} YAML files`)
  }
  return found
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path)
  // A pipe or a device may have no end.
  if (!found.isFile()) throw unreadable(path, 'not a regular file')
  if (found.size > MAX_BYTES) throw unreadable(path, `larger than ${MAX_BYTES} bytes`)
  return readFile(path, 'utf8')
}

/** The files that `paths` name, folders walked, each once. Throws KIN-1002 for what cannot be read. */
export async function policyFiles(paths: readonly string[], cwd: string): Promise<readonly PolicyFile[]> {
  const files = new Map<string, PolicyFile>()
  for (const path of paths) {
    try {
      const start = resolve(cwd, path)
      const named = !(await stat(start)).isDirectory()
      for (const file of named ? [start] : await yamlBelow(start))
        files.set(file, { file: relative(cwd, file), text: await textOf(file), named })
    } catch (cause) {
      if (cause instanceof KintsugiError) throw cause
      throw unreadable(path, 'cannot be read', cause)
    }
  }
  return [...files.values()]
}
