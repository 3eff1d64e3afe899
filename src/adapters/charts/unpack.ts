import type { UnpackChart } from '../../domain/index.ts'
import { type ArchiveCaps, readArchive } from '../archive/index.ts'

/** Of the largest public charts, packed ones have 700 files and 6 MB. */
const CAPS: ArchiveCaps = { bytes: 64 * 1024 * 1024, files: 5000, ratio: 200, name: 1024 }

/** A name of a file that means the same to every reader: no control character, backslash, colon of a drive, empty part, `.` or `..`. */
function isPlain(name: string): boolean {
  return (
    !/[\p{Cc}\\]/u.test(name) &&
    !/^[A-Za-z]:/.test(name) &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

/**
 * Files of a packed chart below its one folder, `Chart.yaml` among them. Undefined for anything that is not such a chart: links, devices,
 * absolute or climbing names, two files by one name, a second folder beside the chart's, and what passes the caps.
 */
export const unpackChart: UnpackChart = (archive) => {
  const read = readArchive(archive, CAPS)
  if (!read.read) return undefined
  const files = new Map<string, Uint8Array>()
  const folder = read.files[0]?.name.split('/', 1)[0] ?? ''
  for (const { name, content } of read.files) {
    if (!isPlain(name) || !name.startsWith(`${folder}/`)) return undefined
    const path = name.slice(folder.length + 1)
    if (files.has(path)) return undefined
    // A view would keep the whole archive in memory for as long as one file of it.
    files.set(path, new Uint8Array(content))
  }
  return files.has('Chart.yaml') ? files : undefined
}
