import { isJsonObject, type JsonPath, type JsonValue, type Manifest, objectKey } from '../../domain/index.ts'
import { globMatcher } from '../glob.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { bytesIfReadable, filesBelow } from '../tree.ts'
import { readYaml, type YamlRead } from '../yaml/index.ts'

/** One object of a file: in which document, and where in it (a List holds several). */
export type WrittenObject = {
  readonly file: string
  readonly document: number
  readonly path: JsonPath
  readonly manifest: Manifest
}

const MANIFEST = /\.(?:yaml|yml|json|jsonnet)$/
const SKIP_MARK = '+argocd:skip-file-rendering'

/** Argo CD's globs know no separator: `*` passes `/` too. */
function glob(pattern: string | undefined): ((path: string) => boolean) | undefined {
  return pattern === undefined || pattern === '' ? undefined : globMatcher(pattern, { crossing: true })
}

/** Whether a file below the directory, whatever stands there, counts as one of manifests. */
export function takesManifest(source: ResolvedSource): (path: string) => boolean {
  const settings = source.source.directory
  const prefix = source.dir === '' ? '' : `${source.dir}/`
  const [included, excluded] = [glob(settings?.include), glob(settings?.exclude)]
  return (path) => {
    const name = path.slice(prefix.length)
    if (!MANIFEST.test(name) || (settings?.recurse !== true && name.includes('/'))) return false
    return (included?.(name) ?? true) && !(excluded?.(name) ?? false)
  }
}

/** The files that a plain directory of manifests gives, in order. */
export function manifestFiles(source: ResolvedSource): readonly string[] {
  return filesBelow(source.tree, source.dir).filter(takesManifest(source))
}

function looksLikeResource(text: string): boolean {
  return ['apiVersion:', 'kind:', 'metadata:'].every((word) => text.includes(word))
}

/** Whatever has `items` is a list to Argo CD, of any kind; a list in a list is not opened. */
function objectsIn(value: JsonValue, file: string, document: number): readonly WrittenObject[] {
  if (!isJsonObject(value)) return []
  const items = value['items']
  if (Array.isArray(items)) {
    return items.flatMap((item: JsonValue, index) =>
      isJsonObject(item) && objectKey(item) !== undefined
        ? [{ file, document, path: ['items', index], manifest: item }]
        : [],
    )
  }
  return objectKey(value) === undefined ? [] : [{ file, document, path: [], manifest: value }]
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** The objects of one manifest file. A file that does not look like a resource is passed over, as Argo CD does. */
export function objectsOfFile(source: ResolvedSource, file: string): readonly WrittenObject[] | Refused {
  const bytes = bytesIfReadable(source.tree, file)
  if (bytes === undefined) return refuse('input-too-large', `${file} is too large to be read`)
  // The mark counts anywhere in the file, also where it is no YAML.
  const text = textOf(bytes)
  if (text.includes(SKIP_MARK)) return []
  if (file.endsWith('.jsonnet')) return refuse('unsupported-source', `${file} is Jsonnet, which is not rendered here`)
  // Argo CD reads them with the older of the two readers, to which `on` is true.
  const read: YamlRead = readYaml(bytes, file, 'settings')
  if (!read.read) {
    if (read.reason === 'yaml-invalid' && !looksLikeResource(text)) return []
    return refuse(read.reason, read.message)
  }
  const second = file.endsWith('.json') ? read.documents[1] : undefined
  if (second !== undefined) return refuse('yaml-invalid', `${file} holds several objects, and a JSON file may hold one`)
  return read.documents.flatMap((document, index) => objectsIn(document.value, file, index))
}

const known = new WeakMap<ResolvedSource, readonly WrittenObject[] | Refused>()

/** The objects of a directory of plain manifests, with where each is written. Kept as long as the source. */
export function writtenObjects(source: ResolvedSource): readonly WrittenObject[] | Refused {
  const written = known.get(source) ?? readObjects(source)
  known.set(source, written)
  return written
}

function readObjects(source: ResolvedSource): readonly WrittenObject[] | Refused {
  const objects: WrittenObject[] = []
  for (const file of manifestFiles(source)) {
    const found = objectsOfFile(source, file)
    if (isRefused(found)) return found
    objects.push(...found)
  }
  return objects
}
