import { posix } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { oneLine, type Refused, refuse } from './refused.ts'

/** Meta-schemas that helm carries with it. Any other `$schema` it would fetch, as it fetches every `$ref` that is not within its file. */
const CARRIED = /^https?:\/\/json-schema\.org\/(?:draft-0[467]\/|draft\/20(?:19-09|20-12)\/)?schema#?$/
const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef'])

const UNPACKED_BYTES = 64 * 1024 * 1024
const ARCHIVES_DEEP = 4
const BLOCK = 512

/**
 * Finds value schemas, of the chart and of vendored charts and archives, that make helm read something else: measured, helm 3 and 4 fetch a
 * `$ref` over HTTP and read one by file URL while they validate values.
 */
export function outsideReference(files: ReadonlyMap<string, Uint8Array>): Refused | undefined {
  for (const [path, content] of files) {
    const refused = path.endsWith('.tgz') ? ofArchive(content, path, 0) : ofFile(content, path)
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
  let tar: Buffer
  try {
    tar = gunzipSync(content, { maxOutputLength: UNPACKED_BYTES })
  } catch {
    return refuse(
      'render-limit',
      `${oneLine(path)} is not a gzip archive, or unpacks to more than ${UNPACKED_BYTES / 1024 / 1024} MB`,
    )
  }
  // Nothing in it by that name, whatever its headers say.
  if (!tar.includes('values.schema.json') && !tar.includes('.tgz')) return undefined
  for (const entry of entriesOf(tar)) {
    if (entry === undefined)
      return refuse('unsupported-source', `${oneLine(path)} names its files in a way that is not read here`)
    const inner = `${path}/${entry.name}`
    const refused = entry.name.endsWith('.tgz')
      ? ofArchive(entry.content, inner, depth + 1)
      : ofFile(entry.content, inner)
    if (refused !== undefined) return refused
  }
  return undefined
}

type Entry = { readonly name: string; readonly content: Uint8Array }

/**
 * Files of a tar with plain headers; `undefined` for each header that renames what follows (pax, GNU long names), has no readable size, or
 * gives a size to a folder or a link: readers differ in whether content follows it.
 */
function* entriesOf(tar: Buffer): Generator<Entry | undefined> {
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) {
      at += BLOCK
      continue
    }
    const digits = textIn(header, 124, 12).trim()
    const type = String.fromCharCode(header[156] ?? 0)
    if (!/^[0-7]+$/.test(digits) || !['0', '\0', '5', '1', '2'].includes(type)) {
      yield undefined
      return
    }
    const size = Number.parseInt(digits, 8)
    const isFile = type === '0' || type === '\0'
    if (!isFile && size > 0) {
      yield undefined
      return
    }
    const [prefix, name] = [textIn(header, 345, 155), textIn(header, 0, 100)]
    const content = tar.subarray(at + BLOCK, at + BLOCK + size)
    if (isFile) yield { name: asHelmReadsIt(prefix === '' ? name : `${prefix}/${name}`), content }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

/** Helm takes a backslash for a separator and cleans the path: `sub\\values.schema.json` and `sub/values.schema.json/.` are the schema too. */
function asHelmReadsIt(name: string): string {
  return posix.normalize(name.replaceAll('\\', '/')).replace(/\/+$/, '')
}

function textIn(header: Buffer, start: number, length: number): string {
  const field = header.toString('utf8', start, start + length)
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}
