import { blobOid, KintsugiError } from '../../../domain/index.ts'
import { readArchive } from '../../archive/index.ts'

export type ArchivedFile = { readonly path: string; readonly oid: string; readonly content: Uint8Array }

const MOST_PACKED = 256 * 1024 * 1024
const MOST_FILES = 100_000

/** Regular files of an archive, by the path below its one folder, with the id of what it holds. Links are told as what Git keeps of them: their target. An archive that our reader refuses gives none. */
export async function archived(
  stream: AsyncIterable<Uint8Array>,
  limits: { readonly treeBytes: number },
): Promise<{ readonly files: readonly ArchivedFile[]; readonly bytes: number }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.byteLength
    if (bytes > MOST_PACKED) throw new KintsugiError('KIN-4008', `the archive is larger than ${MOST_PACKED} bytes`)
    chunks.push(chunk)
  }
  const read = readArchive(Buffer.concat(chunks), {
    bytes: 2 * limits.treeBytes,
    files: MOST_FILES,
    ratio: 200,
    name: 4096,
    links: true,
  })
  if (!read.read) return { files: [], bytes }
  const links = read.links.map(({ name, target }) => ({ name, content: Buffer.from(target, 'utf8') }))
  const files = [...read.files, ...links].flatMap(({ name, content }): ArchivedFile[] => {
    const slash = name.indexOf('/')
    // A copy, so that one small file does not keep the whole archive alive.
    return slash < 0 ? [] : [{ path: name.slice(slash + 1), oid: blobOid(content), content: new Uint8Array(content) }]
  })
  return { files, bytes }
}
