import { setImmediate } from 'node:timers/promises'
import { isJsonObject, type JsonValue, type Manifest, sha256 } from '../../domain/index.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import { readYaml } from './yaml.ts'

/** One document of a render: a large CRD has 1 MB and 60 levels. */
const CAPS = { characters: 2_097_152, depth: 160, tokens: 500_000, aliases: 100 } as const
/** All documents of a render, in characters: the largest public charts print 5 MB, most of it CRDs. */
const WHOLE = 16 * 1024 * 1024
/** Parsing gives way to other work after this long. */
const PAUSE_AFTER_MS = 50
/** Characters of text whose parse is kept: a proof renders the same chart several times, and nearly all documents stay the same. */
const KEPT = 16 * 1024 * 1024

export type OutputReader = (text: string) => Promise<{ readonly objects: readonly Manifest[] } | Refused>

/** Reads what helm printed into objects, `List`s opened. Parsed documents are kept by digest and shared: nobody changes a Manifest. */
export function outputReader(): OutputReader {
  const kept = new Map<string, readonly JsonValue[]>()
  const sizes = new Map<string, number>()
  let total = 0
  const keep = (key: string, documents: readonly JsonValue[], size: number): void => {
    kept.set(key, documents)
    sizes.set(key, size)
    total += size
    for (const oldest of kept.keys()) {
      if (total <= KEPT) break
      total -= sizes.get(oldest) ?? 0
      kept.delete(oldest)
      sizes.delete(oldest)
    }
  }
  const parse = (text: string): readonly JsonValue[] | Refused => {
    const key = sha256(text)
    const known = kept.get(key)
    if (known !== undefined) return known
    const read = readYaml(text, CAPS)
    if (!read.read)
      return refuse(
        read.excess ? 'render-limit' : 'render-failed',
        `the output of helm cannot be read: ${oneLine(read.message)}`,
      )
    keep(key, read.documents, text.length)
    return read.documents
  }
  return async (text) => {
    if (text.length > WHOLE) return refuse('render-limit', `helm printed more than ${WHOLE} characters`)
    const objects: Manifest[] = []
    let since = performance.now()
    for (const chunk of splitDocuments(text)) {
      const documents = parse(chunk)
      if ('rendered' in documents) return documents
      for (const document of documents) {
        const refused = gather(document, objects)
        if (refused !== undefined) return refused
      }
      if (performance.now() - since > PAUSE_AFTER_MS) {
        await setImmediate()
        since = performance.now()
      }
    }
    return { objects }
  }
}

function splitDocuments(text: string): readonly string[] {
  return text.split(/^---[ \t]*$/m).filter((chunk) => chunk.trim() !== '')
}

function gather(document: JsonValue, objects: Manifest[]): Refused | undefined {
  if (!isJsonObject(document) || typeof document['kind'] !== 'string' || typeof document['apiVersion'] !== 'string')
    return refuse('render-failed', 'helm printed something that is not a Kubernetes object')
  const items: JsonValue | undefined = document['items']
  if (document['kind'] !== 'List' || !Array.isArray(items)) {
    objects.push(document)
    return undefined
  }
  for (const item of items as readonly JsonValue[]) {
    if (isJsonObject(item) && item['kind'] === 'List') return refuse('render-failed', 'helm printed a List in a List')
    const refused = gather(item, objects)
    if (refused !== undefined) return refused
  }
  return undefined
}
