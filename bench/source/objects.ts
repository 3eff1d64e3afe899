import { parseAllDocuments } from 'yaml'

export type RealObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly value: Record<string, unknown>
  /** For a quick look at whether two are the same. */
  readonly text: string
}

/** Objects of one render by `apiVersion/kind/namespace/name`. */
export type Objects = ReadonlyMap<string, RealObject>

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function add(value: unknown, into: Map<string, RealObject>): void {
  if (!isRecord(value)) return
  const [apiVersion, kind] = [text(value['apiVersion']), text(value['kind'])]
  if (kind.endsWith('List') && Array.isArray(value['items'])) {
    for (const item of value['items']) add(item, into)
    return
  }
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {}
  const [namespace, name] = [text(metadata['namespace']), text(metadata['name'])]
  if (apiVersion === '' || kind === '') return
  into.set([apiVersion, kind, namespace, name].join(' '), {
    apiVersion,
    kind,
    namespace,
    name,
    value,
    text: JSON.stringify(value),
  })
}

const parsed = new Map<string, readonly unknown[]>()
const MOST_KEPT = 20_000

/** Documents that were read before are not read again: an edit changes one of thousands. */
function readDocument(source: string): readonly unknown[] {
  const known = parsed.get(source)
  if (known !== undefined) return known
  const values = parseAllDocuments(source, { version: '1.1', merge: true, uniqueKeys: false }).flatMap((document) => {
    if (!('toJS' in document)) return []
    const [error] = document.errors
    if (error !== undefined) throw new Error(error.message)
    return [document.toJS({ maxAliasCount: 10_000 })]
  })
  if (parsed.size > MOST_KEPT) parsed.clear()
  parsed.set(source, values)
  return values
}

/** What a tool printed; Kubernetes reads YAML 1.1, so this does. Throws for what is no YAML. */
export function loadAll(source: string): Objects {
  const objects = new Map<string, RealObject>()
  for (const document of source.split(/^---(?=\s).*\n?/m)) {
    if (document.trim() === '') continue
    for (const value of readDocument(document)) add(value, objects)
  }
  return objects
}
