import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import { isJsonObject, type JsonPath, type JsonValue } from '../../src/domain/index.ts'
import type { SourceText } from '../../src/source/nodes.ts'
import { readYaml } from '../../src/source/yaml/index.ts'

export function sourceOf(text: string): SourceText | undefined {
  const result = readYaml(new TextEncoder().encode(text), 'x.yaml')
  return result.read ? { file: 'x.yaml', text, documents: result.documents } : undefined
}

/** One document as plain values; keys as they are written, so that they are the same to every reader. */
function treeOf(node: unknown, anchors: Map<string, JsonValue>): JsonValue {
  if (isAlias(node)) return anchors.get(node.source) ?? `*${node.source}`
  const value = bareTree(node, anchors)
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) anchors.set(node.anchor, value)
  return value
}

function bareTree(node: unknown, anchors: Map<string, JsonValue>): JsonValue {
  if (isSeq(node)) return node.items.map((item) => treeOf(item, anchors))
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): [string, JsonValue] => [
      isScalar(key) ? String(key.source ?? key.value) : '?',
      treeOf(value, anchors),
    ])
    return Object.fromEntries(entries)
  }
  const value = isScalar(node) ? node.value : null
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  return typeof value === 'number' ? value : `other: ${String(value)}`
}

/** How three readers take a text: ours, and those of YAML 1.2 and 1.1. Undefined when one of them refuses it. */
export function readings(text: string): readonly (readonly JsonValue[])[] | undefined {
  const ours = sourceOf(text)
  if (ours === undefined) return undefined
  const others = (['1.2', '1.1'] as const).map((version) => {
    const found = parseAllDocuments(text, { version, uniqueKeys: false, logLevel: 'silent', merge: false })
    const documents = 'empty' in found ? [] : [...found]
    if (documents.some((document) => document.errors.length > 0)) return undefined
    return documents.map((document) => treeOf(document.contents, new Map()))
  })
  const trees = [ours.documents.map(({ value }) => value), ...others]
  return trees.every((tree) => tree !== undefined) ? trees.filter((tree) => tree !== undefined) : undefined
}

/** The tree with another value at a path; `undefined` takes it out. Maps that are missing on the way are made. */
export function withAt(root: JsonValue, path: JsonPath, value: JsonValue | undefined): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) return value ?? null
  if (Array.isArray(root) && typeof step === 'number') {
    if (rest.length === 0 && value === undefined) return root.filter((_, index) => index !== step)
    return root.map((item: JsonValue, index) => (index === step ? withAt(item, rest, value) : item))
  }
  const entries = new Map(isJsonObject(root) ? Object.entries(root) : [])
  if (rest.length === 0 && value === undefined) entries.delete(String(step))
  else entries.set(String(step), withAt(entries.get(String(step)) ?? {}, rest, value))
  return Object.fromEntries(entries)
}

/** Every path of a tree, its root included. */
export function pathsOf(root: JsonValue, path: JsonPath = []): readonly JsonPath[] {
  const below = Array.isArray(root)
    ? root.flatMap((item: JsonValue, index) => pathsOf(item, [...path, index]))
    : isJsonObject(root)
      ? Object.entries(root).flatMap(([key, item]) => pathsOf(item, [...path, key]))
      : []
  return [path, ...below]
}
