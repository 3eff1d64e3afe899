import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { GIT_ENVIRONMENT } from './process.ts'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'
export type GitObject = { readonly oid: string; readonly type: ObjectType; readonly content: Buffer }

/** One long-lived `git cat-file --batch` per repository: answers come in the order of the questions. */
type Reader = {
  readonly child: ChildProcessWithoutNullStreams
  buffer: Buffer
  readonly waiting: ((object: GitObject | undefined) => void)[]
}

const readers = new Map<string, Reader>()

/** Reads by oid, full name of a ref, or `revision:path`. Undefined where there is none. */
export function readObject(gitDir: string, name: string): Promise<GitObject | undefined> {
  // A line feed would be a second question.
  if (/[\n\0]/.test(name)) return Promise.resolve(undefined)
  const reader = readers.get(gitDir) ?? startReader(gitDir)
  return new Promise((resolve) => {
    reader.waiting.push(resolve)
    reader.child.stdin.write(`${name}\n`)
  })
}

/** Ends the readers of all repositories below a folder. */
export function closeReaders(dir: string): void {
  for (const [gitDir, reader] of readers) {
    if (!gitDir.startsWith(dir)) continue
    reader.child.stdin.end()
    readers.delete(gitDir)
  }
}

function startReader(gitDir: string): Reader {
  const child = spawn('git', ['cat-file', '--batch'], {
    env: { ...GIT_ENVIRONMENT, GIT_DIR: gitDir },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const reader: Reader = { child, buffer: Buffer.alloc(0), waiting: [] }
  child.stdout.on('data', (chunk: Buffer) => {
    reader.buffer = reader.buffer.length === 0 ? chunk : Buffer.concat([reader.buffer, chunk])
    while (answerOne(reader));
  })
  child.stderr.resume()
  child.stdin.on('error', () => undefined)
  child.on('close', () => {
    if (readers.get(gitDir) === reader) readers.delete(gitDir)
    for (const resolve of reader.waiting.splice(0)) resolve(undefined)
  })
  readers.set(gitDir, reader)
  return reader
}

/** `<oid> <type> <size>\n<content>\n`, or `<name> missing\n` (or `ambiguous`). */
function answerOne(reader: Reader): boolean {
  const end = reader.buffer.indexOf(10)
  if (end < 0) return false
  const header = reader.buffer.subarray(0, end).toString()
  const [, oid, type, size] = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(header) ?? []
  if (oid === undefined || size === undefined) return finish(reader, end + 1, undefined)
  const last = end + 1 + Number(size)
  if (reader.buffer.length <= last) return false
  const content = Buffer.from(reader.buffer.subarray(end + 1, last))
  return finish(reader, last + 1, { oid, type: type as ObjectType, content })
}

function finish(reader: Reader, used: number, object: GitObject | undefined): boolean {
  reader.buffer = reader.buffer.subarray(used)
  reader.waiting.shift()?.(object)
  return reader.buffer.length > 0
}
