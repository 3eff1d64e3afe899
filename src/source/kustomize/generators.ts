import { type DraftMap, madeMap, own, ownMap, textOf } from './draft.ts'
import type { Files } from './files.ts'
import type { Kustomization } from './kustomization.ts'
import { broken } from './refusal.ts'
import {
  currentId,
  formatId,
  metadataTexts,
  nameOf,
  namespaceOf,
  newResource,
  type Resource,
  setMetadataTexts,
} from './resource.ts'
import { append, withAnyId } from './resource-list.ts'
import type { Written } from './written.ts'

type Behavior = 'create' | 'merge' | 'replace'
type Generated = { readonly resource: Resource; readonly behavior: Behavior; readonly at: string }

const FIELDS = ['name', 'namespace', 'behavior', 'literals', 'files', 'envs', 'env', 'options', 'kvSources']

/** Makes what `configMapGenerator` and then `secretGenerator` say and adds it, or merges it into what is there. */
export function generate(list: Resource[], kustomization: Kustomization, files: Files): void {
  const { fields } = kustomization
  for (const entry of fields.get('configMapGenerator').items()) {
    entry.only(FIELDS)
    absorb(list, generated(entry, 'ConfigMap', kustomization, files))
  }
  for (const entry of fields.get('secretGenerator').items()) {
    entry.only([...FIELDS, 'type'])
    absorb(list, generated(entry, 'Secret', kustomization, files))
  }
}

function generated(
  entry: Written,
  kind: 'ConfigMap' | 'Secret',
  kustomization: Kustomization,
  files: Files,
): Generated {
  const name = entry.get('name').text()
  if (name === '') throw broken(`${entry.at}: a generated ${kind} needs a name`)
  const namespace = entry.get('namespace').text()
  const options = optionsOf(entry, kustomization.fields)
  const object: DraftMap = {
    apiVersion: 'v1',
    kind,
    metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    ...(kind === 'Secret' ? { type: entry.get('type').text() || 'Opaque', data: {} } : {}),
  }
  for (const pair of pairsOf(entry, kustomization.dir, files)) put(object, pair)
  if (Object.keys(options.labels).length > 0) setMetadataTexts(object, 'labels', options.labels)
  if (Object.keys(options.annotations).length > 0) setMetadataTexts(object, 'annotations', options.annotations)
  if (options.immutable) object['immutable'] = true
  return { resource: { ...newResource(object), hashed: !options.plainName }, behavior: behaviorOf(entry), at: entry.at }
}

function behaviorOf(entry: Written): Behavior {
  const text = entry.get('behavior').text()
  return text === 'merge' || text === 'replace' ? text : 'create'
}

type Options = {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly plainName: boolean
  readonly immutable: boolean
}

/** Options of the entry over `generatorOptions`; a flag that either sets is set. */
function optionsOf(entry: Written, fields: Written): Options {
  const [wide, near] = [fields.get('generatorOptions'), entry.get('options')]
  for (const options of [wide, near]) options.only(['labels', 'annotations', 'disableNameSuffixHash', 'immutable'])
  return {
    labels: { ...wide.get('labels').textMap(), ...near.get('labels').textMap() },
    annotations: { ...wide.get('annotations').textMap(), ...near.get('annotations').textMap() },
    plainName: wide.get('disableNameSuffixHash').flag() || near.get('disableNameSuffixHash').flag(),
    immutable: wide.get('immutable').flag() || near.get('immutable').flag(),
  }
}

type Pair = { readonly key: string; readonly bytes: Uint8Array }

function pairsOf(entry: Written, dir: string, files: Files): readonly Pair[] {
  const single = entry.get('env')
  const envs = [...entry.get('envs').texts(), ...(single.filled ? [{ text: single.text(), at: single.at }] : [])]
  const pairs = [
    ...envs.flatMap(({ text, at }) => envPairs(files.bytes(dir, text, 'generator-input', at).bytes, at)),
    ...entry
      .get('literals')
      .texts()
      .map(({ text, at }) => literalPair(text, at)),
    ...entry
      .get('files')
      .texts()
      .map(({ text, at }) => filePair(text, dir, files, at)),
  ]
  const seen = new Set<string>()
  for (const { key } of pairs) {
    if (key === '__proto__') throw broken(`${entry.at}: ${JSON.stringify(key)} can't be a key`)
    if (seen.has(key)) throw broken(`${entry.at}: the key ${key} is there twice`)
    seen.add(key)
  }
  return pairs
}

function literalPair(text: string, at: string): Pair {
  const equals = text.indexOf('=')
  if (equals <= 0) throw broken(`${at}: a literal is key=value, not ${JSON.stringify(text)}`)
  const value = text.slice(equals + 1)
  const quoted = value.length >= 2 && value[0] === value.at(-1) && (value[0] === '"' || value[0] === "'")
  return { key: text.slice(0, equals), bytes: new TextEncoder().encode(quoted ? value.slice(1, -1) : value) }
}

function filePair(text: string, dir: string, files: Files, at: string): Pair {
  const parts = text.split('=')
  const path = parts.at(-1) ?? ''
  if (parts.length > 2 || path === '' || parts[0] === '')
    throw broken(`${at}: a file is path or key=path, not ${JSON.stringify(text)}`)
  const key = parts.length === 2 ? parts[0] : path.slice(path.lastIndexOf('/') + 1)
  return { key: key ?? '', bytes: files.bytes(dir, path, 'generator-input', at).bytes }
}

function envPairs(bytes: Uint8Array, at: string): readonly Pair[] {
  const text = utf8(bytes)
  if (text === undefined) throw broken(`${at}: is not UTF-8 text`)
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  return lines
    .map((line) => line.replace(/\r$/, '').trimStart())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('='))
    .map((line) => {
      const equals = line.indexOf('=')
      const value = equals < 0 ? '' : line.slice(equals + 1)
      return { key: equals < 0 ? line : line.slice(0, equals), bytes: new TextEncoder().encode(value) }
    })
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function put(object: DraftMap, { key, bytes }: Pair): void {
  const text = object['kind'] === 'Secret' ? undefined : utf8(bytes)
  const field = object['kind'] === 'Secret' || text !== undefined ? 'data' : 'binaryData'
  madeMap(object, field)[key] = text ?? base64(bytes)
}

/** Long values are broken into lines of 70, each with its newline, as kustomize writes them and hashes them. */
function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const encoded = btoa(binary)
  return encoded.length < 70 ? encoded : (encoded.match(/.{1,70}/g) ?? []).map((line) => `${line}\n`).join('')
}

function absorb(list: Resource[], { resource, behavior, at }: Generated): void {
  const id = currentId(resource)
  const matches = withAnyId(list, id)
  const [old] = matches
  if (matches.length > 1) throw broken(`${at}: several objects are called ${formatId(id)}`)
  if (old === undefined) {
    if (behavior !== 'create') throw broken(`${at}: there is no ${formatId(id)} to ${behavior}`)
    append(list, [resource], at)
    return
  }
  if (behavior === 'create') throw broken(`${at}: ${formatId(id)} is there already; set behavior to merge or replace`)
  list[list.indexOf(old)] = mergedInto(old, resource, behavior)
}

/** The new object under the old one's name and history, with the old one's data below its own when merging. */
function mergedInto(old: Resource, made: Resource, behavior: Behavior): Resource {
  const { object } = made
  for (const field of ['labels', 'annotations'] as const) {
    setMetadataTexts(object, field, { ...metadataTexts(old.object, field), ...metadataTexts(object, field) })
  }
  const metadata = ownMap(object, 'metadata') ?? {}
  metadata['name'] = nameOf(old.object)
  if (namespaceOf(old.object) === '') delete metadata['namespace']
  else metadata['namespace'] = namespaceOf(old.object)
  if (behavior === 'merge') for (const field of ['data', 'binaryData']) mergeData(object, old.object, field)
  return { ...old, object, hashed: old.hashed && made.hashed }
}

function mergeData(object: DraftMap, old: DraftMap, field: string): void {
  const all = { ...ownMap(old, field), ...ownMap(object, field) }
  const texts = Object.entries(all).map(([key, value]) => [key, textOf(value)])
  if (texts.length > 0) object[field] = Object.fromEntries(texts)
  else if (own(object, field) !== undefined) delete object[field]
}
