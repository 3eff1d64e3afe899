import type { Dialect } from './scalar.ts'

type Kept<Read> = { readonly file: string; readonly dialect: Dialect; readonly read: Read }

/** Texts whose parse is kept, and their bytes together: a parse takes some fifty times the memory of its text. */
const MOST_TEXTS = 64
const MOST_BYTES = 1024 * 1024

export type Recent<Read> = (bytes: Uint8Array, file: string, dialect: Dialect, read: () => Read) => Read

/**
 * What was read last, by the very bytes: one question after another is about the same few files, and several parts of one answer read the
 * same one. Whoever gets a parse changes neither it nor the bytes.
 */
export function recentReads<Read>(): Recent<Read> {
  const kept = new Map<Uint8Array, readonly Kept<Read>[]>()
  let total = 0
  const drop = (bytes: Uint8Array): void => {
    if (kept.delete(bytes)) total -= bytes.byteLength
  }
  const keep = (bytes: Uint8Array, all: readonly Kept<Read>[]): void => {
    drop(bytes)
    kept.set(bytes, all)
    total += bytes.byteLength
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_TEXTS && total <= MOST_BYTES) break
      drop(oldest)
    }
  }
  return (bytes, file, dialect, read) => {
    const before = kept.get(bytes) ?? []
    const known = before.find((one) => one.file === file && one.dialect === dialect)
    const one = known ?? { file, dialect, read: read() }
    keep(bytes, known === undefined ? [...before.slice(-3), one] : before)
    return one.read
  }
}
