import { gzipSync } from 'node:zlib'

const BLOCK = 512
const LONGEST_NAME = 100

/** A packed chart of these files, below a folder of that name, the same bytes for the same files. */
export function packChart(name: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks = [...files].flatMap(([path, content]) => {
    const full = `${name}/${path}`
    const long = Buffer.byteLength(full) > LONGEST_NAME ? entry('././@LongLink', Buffer.from(`${full}\0`), 'L') : []
    return [...long, ...entry(full, content, '0')]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]))
}

function entry(name: string, content: Uint8Array, type: '0' | 'L'): readonly Uint8Array[] {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, LONGEST_NAME)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${content.byteLength.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar  \0', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((BLOCK - (content.byteLength % BLOCK)) % BLOCK)]
}
