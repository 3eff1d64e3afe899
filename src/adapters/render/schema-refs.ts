import { posix } from 'node:path'
import { type ArchiveCaps, readArchive } from '../archive/index.ts'
import { oneLine, type Refused, refuse } from './refused.ts'

/** Meta-schemas that helm carries with it. Any other `$schema` it would fetch, as it fetches every `$ref` that is not within its file. */
const CARRIED = /^https?:\/\/json-schema\.org\/(?:draft-0[467]\/|draft\/20(?:19-09|20-12)\/)?schema#?$/
const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef'])

const CAPS: ArchiveCaps = { bytes: 64 * 1024 * 1024, files: 5000, ratio: 200, name: 1024 }
const ARCHIVES_DEEP = 4
/** What helm opens: archives that stand in a `charts/`. */
const PACKED = /(?:^|\/)charts\/[^/]+\.tgz$/

/**
 * Finds value schemas, of the chart and of vendored charts and archives, that make helm read something else: measured, helm 3 and 4 fetch a
 * `$ref` over HTTP and read one by file URL while they validate values.
 */
export function outsideReference(files: ReadonlyMap<string, Uint8Array>): Refused | undefined {
  for (const [path, content] of files) {
    const refused = PACKED.test(path) ? ofArchive(content, path, 0) : ofFile(content, path)
    if (refused !== undefined) return refused
  }
  return undefined
}

function ofFile(content: Uint8Array, path: string): Refused | undefined {
  if (posix.basename(path) !== 'values.schema.json') return undefined
  const name = oneLine(path)
  try {
    const outside = outsideOf(JSON.parse(new TextDecoder().decode(content)) as unknown)
    if (outside === undefined) return undefined
    return refuse(
      'unsupported-source',
      `${name} refers to ${oneLine(outside)}, and nothing outside of the file is read`,
    )
  } catch {
    return refuse('render-failed', `${name} is not JSON`)
  }
}

/** The first reference that leaves the document. Walks with a list of its own: the depth is foreign. */
function outsideOf(root: unknown): string | undefined {
  const waiting: unknown[] = [root]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (typeof one !== 'object' || one === null) continue
    for (const [key, value] of Object.entries(one)) {
      if (typeof value === 'string') {
        if (REFERENCES.has(key) && !value.startsWith('#')) return value
        if (key === '$schema' && !CARRIED.test(value)) return value
      } else if (value !== null) waiting.push(value)
    }
  }
  return undefined
}

function ofArchive(content: Uint8Array, path: string, depth: number): Refused | undefined {
  if (depth > ARCHIVES_DEEP) return refuse('render-limit', `${oneLine(path)} holds archives in archives in archives`)
  const archive = readArchive(content, CAPS)
  if (!archive.read)
    return refuse(archive.excess ? 'render-limit' : 'unsupported-source', `${oneLine(path)} ${archive.message}`)
  const refused = archive.files.find(({ name }) => leaves(name))
  if (refused !== undefined)
    return refuse('unsafe-path', `${oneLine(path)} holds ${oneLine(refused.name)}, which leaves it`)
  for (const file of archive.files) {
    const name = asHelmReadsIt(file.name)
    const inner = `${path}/${name}`
    const found = PACKED.test(name) ? ofArchive(file.content, inner, depth + 1) : ofFile(file.content, inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** Helm takes a backslash for a separator and cleans the path: `sub\\values.schema.json` and `sub/values.schema.json/.` are the schema too. */
function asHelmReadsIt(name: string): string {
  return posix.normalize(name.replaceAll('\\', '/')).replace(/\/+$/, '')
}

function leaves(name: string): boolean {
  const plain = name.replaceAll('\\', '/')
  return plain.startsWith('/') || plain.split('/').includes('..')
}
