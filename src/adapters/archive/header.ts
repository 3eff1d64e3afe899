/** One header block of a tar, or why it is not read. `bad` is for what readers take in different ways. */
export type Header =
  | { readonly is: 'end' }
  | { readonly is: 'bad'; readonly message: string }
  | { readonly is: 'file' | 'folder' | 'pax' | 'global' | 'long-name'; readonly name: string; readonly size: number }
  /** Only where links are asked for. `target` is foreign text that nothing follows. */
  | { readonly is: 'link'; readonly name: string; readonly size: number; readonly target: string }

export const BLOCK = 512

const KINDS: ReadonlyMap<string, 'file' | 'folder' | 'pax' | 'global' | 'long-name'> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['5', 'folder'],
  ['x', 'pax'],
  ['g', 'global'],
  ['L', 'long-name'],
])

const NOT_FILES: ReadonlyMap<string, string> = new Map([
  ['1', 'a hard link'],
  ['2', 'a link'],
  ['3', 'a device'],
  ['4', 'a device'],
  ['6', 'a pipe'],
])

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

/** The header at `at`; with `links`, a symbolic link is one of its kinds, and else refused. Only forms that all readers of tar understand alike are read; sizes are octal. */
export function readHeader(tar: Buffer, at: number, links = false): Header {
  const block = tar.subarray(at, at + BLOCK)
  if (block.length < BLOCK) return block.every((byte) => byte === 0) ? { is: 'end' } : bad('ends in a header')
  if (isZero(block)) return isZero(tar.subarray(at)) ? { is: 'end' } : bad('goes on after its end')
  if (!sumHolds(block)) return bad('has a header whose checksum is wrong')
  const type = String.fromCharCode(block[156] ?? 0)
  const name = nameOf(block)
  if (links && type === '2' && octal(block, 124, 12) === 0)
    return { is: 'link', name, size: 0, target: textIn(block, 157, 100) }
  const not = NOT_FILES.get(type)
  if (not !== undefined) return bad(`holds ${not}`)
  const is = KINDS.get(type)
  const size = octal(block, 124, 12)
  if (is === undefined || size === undefined) return bad('has a header of a kind that is not read here')
  if (is === 'file' && name.endsWith('/')) return bad('has a file by the name of a folder')
  if (is === 'folder' && size > 0) return bad('has a folder with content')
  return { is, name, size }
}

function bad(message: string): Header {
  return { is: 'bad', message }
}

function sumHolds(block: Buffer): boolean {
  const told = octal(block, 148, 8)
  let sum = 0
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0)
  return told === sum
}

function nameOf(block: Buffer): string {
  const name = textIn(block, 0, 100)
  // Only POSIX has a prefix there; GNU keeps times in those bytes.
  const posix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = posix ? textIn(block, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function octal(block: Buffer, start: number, length: number): number | undefined {
  const digits = textIn(block, start, length).trim()
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

function textIn(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

type Pax = { readonly path: string | undefined; readonly linkpath: string | undefined }

/** Records of a pax header (`27 path=...\n`), or undefined when they are not well formed or change how content is laid out. */
export function paxPath(content: Buffer, links = false): Pax | undefined {
  let path: string | undefined
  let linkpath: string | undefined
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const digits = space < 0 ? '' : content.toString('latin1', at, space)
    const length = /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : 0
    const end = at + length
    if (length <= digits.length + 2 || end > content.length || content[end - 1] !== 0x0a) return undefined
    const record = content.toString('utf8', space + 1, end - 1)
    const equals = record.indexOf('=')
    const key = record.slice(0, equals)
    if (equals <= 0 || key === 'size' || (key === 'linkpath' && !links) || key.startsWith('GNU.sparse'))
      return undefined
    if (key === 'path') path = record.slice(equals + 1)
    if (key === 'linkpath') linkpath = record.slice(equals + 1)
    at = end
  }
  return { path, linkpath }
}
