import { setImmediate } from 'node:timers/promises'
import { isJsonObject, type JsonValue, type Manifest, sha256 } from '../../domain/index.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import { readYaml } from './yaml.ts'

/** One document of a render: a large CRD has 1 MB and 60 levels. */
const CAPS = { characters: 2_097_152, depth: 160, tokens: 200_000, aliases: 100 } as const
/** All documents of a render, in characters: the largest public charts print 5 MB, most of it CRDs. */
const WHOLE = 16 * 1024 * 1024
/** All documents of a render: the largest public charts have some hundred objects, and some hundred thousand tokens. */
const MOST_TOKENS = 1_500_000
const MOST_OBJECTS = 10_000
/** Parsing gives way to other work after this long. */
const PAUSE_AFTER_MS = 50
/** Characters of text whose parse is kept: a proof renders the same chart several times, and nearly all documents stay the same. */
const KEPT = 16 * 1024 * 1024

/** A key, its colon, a value and the end of the line: what the whole parser would count for a line, about. */
const TOKENS_OF_LINE = 4
/** Texts that may be no text, once each: most are versions and numbers that come again. */
const scalars = new Map<string, JsonValue | undefined>()
const MOST_SCALARS = 10_000

function scalar(text: string): JsonValue | undefined {
  if (scalars.has(text)) return scalars.get(text)
  const read = readYaml(`${text}\n`, CAPS)
  const value = read.read ? read.documents[0] : undefined
  if (scalars.size >= MOST_SCALARS) scalars.clear()
  scalars.set(text, value)
  return value
}

type Parsed = { readonly documents: readonly JsonValue[]; readonly tokens: number }

export type OutputReader = (text: string) => Promise<{ readonly objects: readonly Manifest[] } | Refused>

/** Reads what helm printed into objects, `List`s opened. Parsed documents are kept by digest and shared: nobody changes a Manifest. */
export function outputReader(): OutputReader {
  const kept = new Map<string, Parsed>()
  const sizes = new Map<string, number>()
  let total = 0
  const keep = (key: string, parsed: Parsed, size: number): void => {
    kept.set(key, parsed)
    sizes.set(key, size)
    total += size
    for (const oldest of kept.keys()) {
      if (total <= KEPT) break
      total -= sizes.get(oldest) ?? 0
      kept.delete(oldest)
      sizes.delete(oldest)
    }
  }
  const parse = (text: string): Parsed | Refused => {
    const key = sha256(text)
    const known = kept.get(key)
    if (known !== undefined) return known
    const plain = text.length > CAPS.characters ? undefined : readPlainYaml(text, scalar)
    if (isJsonObject(plain)) {
      const parsed = { documents: [plain], tokens: TOKENS_OF_LINE * (text.split('\n').length - 1) }
      keep(key, parsed, text.length)
      return parsed
    }
    const read = readYaml(text, CAPS)
    if (!read.read)
      return refuse(
        read.excess ? 'render-limit' : 'render-failed',
        `the output of helm cannot be read: ${oneLine(read.message)}`,
      )
    keep(key, read, text.length)
    return read
  }
  return async (text) => {
    if (text.length > WHOLE) return refuse('render-limit', `helm printed more than ${WHOLE} characters`)
    const objects: Manifest[] = []
    const chunks = splitDocuments(text)
    if (chunks.length > MOST_OBJECTS) return refuse('render-limit', `helm printed more than ${MOST_OBJECTS} objects`)
    let [since, tokens] = [performance.now(), 0]
    for (const chunk of chunks) {
      const parsed = parse(chunk)
      if ('rendered' in parsed) return parsed
      tokens += parsed.tokens
      if (tokens > MOST_TOKENS) return refuse('render-limit', `helm printed more than ${MOST_TOKENS} tokens of YAML`)
      for (const document of parsed.documents) {
        const refused = gather(document, objects)
        if (refused !== undefined) return refused
        if (objects.length > MOST_OBJECTS)
          return refuse('render-limit', `helm printed more than ${MOST_OBJECTS} objects`)
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
  // Whatever has `items` is a list to Argo CD, of any kind.
  if (!Array.isArray(items)) {
    objects.push(document)
    return undefined
  }
  for (const item of items as readonly JsonValue[]) {
    if (isJsonObject(item) && Array.isArray(item['items']))
      return refuse('render-failed', 'helm printed a List in a List')
    const refused = gather(item, objects)
    if (refused !== undefined) return refused
  }
  return undefined
}
