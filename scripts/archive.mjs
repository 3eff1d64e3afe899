import { gunzipSync, inflateRawSync } from 'node:zlib'

const BLOCK = 512

/**
 * One file out of a .tgz, by its name. Enough of the format for what npm packs: no links, no names above 100 characters.
 * @param {Uint8Array} tgz
 * @param {string} name
 * @returns {Buffer}
 */
export function fileOfTgz(tgz, name) {
  const tar = gunzipSync(tgz)
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const entry = textAt(tar, at, 100)
    const size = Number.parseInt(textAt(tar, at + 124, 12).trim() || '0', 8)
    if (entry === name) return tar.subarray(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new Error(`the package holds no ${name}`)
}

/**
 * One file out of a .zip, by its name: stored or deflated, below 4 GB.
 * @param {Buffer} zip
 * @param {string} name
 * @returns {Buffer}
 */
export function fileOfZip(zip, name) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a zip archive')
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  for (let entry = 0; entry < count; entry += 1) {
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    const nameLength = lengths[0] ?? 0
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) return contentOf(zip, at)
    at += 46 + lengths.reduce((sum, length) => sum + length, 0)
  }
  throw new Error(`the archive holds no ${name}`)
}

/** @param {Buffer} zip @param {number} central offset of the entry in the central directory */
function contentOf(zip, central) {
  const method = zip.readUInt16LE(central + 10)
  const size = zip.readUInt32LE(central + 20)
  const local = zip.readUInt32LE(central + 42)
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const packed = zip.subarray(start, start + size)
  if (method === 0) return packed
  if (method === 8) return inflateRawSync(packed)
  throw new Error(`compression method ${method} is not read here`)
}

/** @param {Buffer} bytes @param {number} start @param {number} length */
function textAt(bytes, start, length) {
  const field = bytes.toString('utf8', start, start + length)
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}
