import { gunzipSync } from 'node:zlib'
import { BLOCK, type Header, paxPath, readHeader } from './header.ts'

export type ArchiveCaps = {
  /** Unpacked, headers included. */
  readonly bytes: number
  readonly files: number
  /** Unpacked bytes for each packed one, above the first megabyte: text packs 5 to 30 times, zeros 1,000 times. */
  readonly ratio: number
  /** Characters of one name. */
  readonly name: number
}

export type ArchiveEntry = { readonly name: string; readonly content: Uint8Array }

export type Archive =
  | { readonly read: true; readonly files: readonly ArchiveEntry[] }
  /** `excess`: it passes a cap; else it is no such archive, or one that holds more than files and folders. */
  | { readonly read: false; readonly excess: boolean; readonly message: string }

const FLOOR = 1_048_576
const LONGEST_PAX = 65_536

/**
 * Regular files of a `.tar.gz`, in its order, by the names that it gives them: foreign text, not yet paths. Strict: a link, device or sparse
 * file, a wrong checksum, and whatever two readers of tar could take differently refuse the archive whole. Never throws.
 */
export function readArchive(packed: Uint8Array, caps: ArchiveCaps): Archive {
  const most = Math.min(caps.bytes, Math.max(FLOOR, packed.byteLength * caps.ratio))
  const tar = unzip(packed, most)
  return Buffer.isBuffer(tar) ? filesOf(tar, caps) : tar
}

type Unread = Extract<Archive, { readonly read: false }>

function unread(excess: boolean, message: string): Unread {
  return { read: false, excess, message }
}

function unzip(packed: Uint8Array, most: number): Buffer | Unread {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return unread(false, 'is not a gzip archive')
  try {
    return gunzipSync(packed, { maxOutputLength: most })
  } catch (error) {
    const excess = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return excess ? unread(true, `unpacks to more than ${most} bytes`) : unread(false, 'is not a gzip archive')
  }
}

function filesOf(tar: Buffer, caps: ArchiveCaps): Archive {
  const files: ArchiveEntry[] = []
  let renamed: string | undefined
  for (let at = 0; at < tar.length; ) {
    const header = readHeader(tar, at)
    if (header.is === 'end') break
    if (header.is === 'bad') return unread(false, header.message)
    const content = tar.subarray(at + BLOCK, at + BLOCK + header.size)
    if (content.length < header.size) return unread(false, 'ends within a file')
    at += BLOCK + Math.ceil(header.size / BLOCK) * BLOCK
    const name = renamed ?? header.name
    if (header.is === 'pax' || header.is === 'long-name') {
      const told = renamed === undefined ? nameIn(header, content) : undefined
      if (told === undefined) return unread(false, 'names its files in a way that is not read here')
      renamed = told.name
      continue
    }
    if (header.is === 'global') {
      if (renamed !== undefined) return unread(false, 'names its files in a way that is not read here')
      continue
    }
    renamed = undefined
    if (name.length > caps.name) return unread(true, `has a name of more than ${caps.name} characters`)
    if (header.is === 'folder') continue
    if (files.length >= caps.files) return unread(true, `holds more than ${caps.files} files`)
    files.push({ name, content })
  }
  return { read: true, files }
}

/** The name that a header for the next one gives, if it gives one. */
function nameIn(header: Header, content: Buffer): { readonly name: string | undefined } | undefined {
  if (content.length > LONGEST_PAX) return undefined
  if (header.is === 'long-name') {
    const end = content.indexOf(0)
    return { name: content.toString('utf8', 0, end < 0 ? content.length : end) }
  }
  const read = paxPath(content)
  return read === undefined ? undefined : { name: read.path }
}
