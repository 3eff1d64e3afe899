import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { threadId } from 'node:worker_threads'
import type { Recording } from './recording.ts'

/** Recordings lie under a folder that Git ignores. */
function fileOf(root: string, key: string): string {
  return join(root, '.bench', 'detection', 'recordings', `${key}.bin`)
}

/** A recording is that of one state of the sources, on one series, with one seed. */
export function recordingKey(model: string, sources: string, series: string, seed: number): string {
  return `${model}-${createHash('sha256').update(`${sources} ${series} ${seed}`).digest('hex').slice(0, 24)}`
}

/** Undefined where there is none. */
export function readRecording(root: string, key: string): Recording | undefined {
  const file = fileOf(root, key)
  return existsSync(file) ? (deserialize(readFileSync(file)) as Recording) : undefined // only `writeRecording` writes there
}

export function writeRecording(root: string, key: string, recording: Recording): void {
  const file = fileOf(root, key)
  mkdirSync(join(file, '..'), { recursive: true })
  const unfinished = `${file}.${process.pid}-${threadId}`
  writeFileSync(unfinished, serialize(recording))
  renameSync(unfinished, file)
}
