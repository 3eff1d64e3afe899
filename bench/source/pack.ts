import { gzipSync } from 'node:zlib'

const BLOCK = 512

function field(header: Buffer, text: string, at: number): void {
  header.write(text, at, 'latin1')
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK)
  field(header, name, 0)
  field(header, '0000644\0', 100)
  field(header, '0000000\0', 108)
  field(header, '0000000\0', 116)
  field(header, `${size.toString(8).padStart(11, '0')}\0`, 124)
  field(header, '00000000000\0', 136)
  field(header, '        ', 148)
  field(header, '0', 156)
  field(header, 'ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  field(header, `${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** A packed chart as `helm package` makes one: one folder, files in order, the same bytes each time. Names are shorter than 100 bytes. */
export function packChart(folder: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks: Uint8Array[] = []
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = `${folder}/${path}`
    if (name.length > 99) throw new Error(`${name} is too long for a header of tar`)
    blocks.push(headerOf(name, content.length), content)
    blocks.push(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK))
  }
  blocks.push(Buffer.alloc(2 * BLOCK))
  return new Uint8Array(gzipSync(Buffer.concat(blocks), { level: 9 }))
}
