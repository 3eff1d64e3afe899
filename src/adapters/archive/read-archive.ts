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
  /** Names symbolic links instead of refusing the archive. They are told, and never followed. */
  readonly links?: boolean
}

export type ArchiveEntry = { readonly name: string; readonly content: Uint8Array }

export type ArchiveLink = { readonly name: string; readonly target: string }

export type Archive =
  | { readonly read: true; readonly files: readonly ArchiveEntry[]; readonly links: readonly ArchiveLink[] }
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
  const links: ArchiveLink[] = []
  let renamed: string | undefined
  let retargeted: string | undefined
  for (let at = 0; at < tar.length; ) {
    const header = readHeader(tar, at, caps.links)
    if (header.is === 'end') break
    if (header.is === 'bad') return unread(false, header.message)
    const content = tar.subarray(at + BLOCK, at + BLOCK + header.size)
    if (content.length < header.size) return unread(false, 'ends within a file')
    at += BLOCK + Math.ceil(header.size / BLOCK) * BLOCK
    const name = renamed ?? header.name
    if (header.is === 'pax' || header.is === 'long-name') {
      const again = renamed !== undefined || retargeted !== undefined
      const told = again ? undefined : nameIn(header, content, caps.links)
      if (told === undefined) return unread(false, 'names its files in a way that is not read here')
      renamed = told.name
      retargeted = told.target
      continue
    }
    if (header.is === 'global') {
      if (renamed !== undefined || retargeted !== undefined)
        return unread(false, 'names its files in a way that is not read here')
      continue
    }
    const target = retargeted
    renamed = undefined
    retargeted = undefined
    if (target !== undefined && header.is !== 'link')
      return unread(false, 'names its files in a way that is not read here')
    if (name.length > caps.name) return unread(true, `has a name of more than ${caps.name} characters`)
    if (header.is === 'folder') continue
    if (files.length + links.length >= caps.files) return unread(true, `holds more than ${caps.files} files`)
    if (header.is === 'link') links.push({ name, target: target ?? header.target })
    else files.push({ name, content })
  }
  return { read: true, files, links }
}

type Told = { readonly name: string | undefined; readonly target: string | undefined }

/** The name that a header for the next one gives, if it gives one. */
function nameIn(header: Header, content: Buffer, links = false): Told | undefined {
  if (content.length > LONGEST_PAX) return undefined
  if (header.is === 'long-name') {
    const end = content.indexOf(0)
    return { name: content.toString('utf8', 0, end < 0 ? content.length : end), target: undefined }
  }
  const read = paxPath(content, links)
  return read === undefined ? undefined : { name: read.path, target: read.linkpath }
}
