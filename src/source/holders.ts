import {
  type Application,
  canonicalJson,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  valueAt,
} from '../domain/index.ts'
import { rawSources } from './application.ts'
import type { SourceText } from './nodes.ts'
import { type Question, readSource } from './place.ts'
import { isRefused } from './refused.ts'
import { type SourceFile, treeAt } from './resolve.ts'
import { bytesIfReadable } from './tree.ts'

/** A file that holds the settings of a source: the Application itself, or an `.argocd-source` file beside the manifests. */
export type Holder = {
  readonly file: SourceFile
  readonly source: SourceText
  readonly document: number
  /** Path of the source in the document. */
  readonly base: JsonPath
  readonly holdsApplication: boolean
}

/** `spec.sources[1]` -> its steps. */
function stepsOf(where: string): JsonPath {
  return where.split('.').flatMap((part): JsonPath => {
    const list = /^(\w+)\[(\d+)\]$/.exec(part)
    return list === null ? [part] : [list[1] ?? '', Number(list[2])]
  })
}

function overrideHolders({ source }: Question): readonly Holder[] {
  return [...source.overrides].reverse().flatMap((path) => {
    const text = readSource(source.tree, path)
    if (isRefused(text)) return []
    const file = { ...treeAt(source), path }
    return [{ file, source: text, document: 0, base: [], holdsApplication: false }]
  })
}

const FILE_LIMIT = 1024 * 1024

/** Whether the document is the manifest of this very Application: same name, same sources. */
function isApplication(value: JsonValue, application: Application): boolean {
  if (!isJsonObject(value) || value['kind'] !== 'Application') return false
  if (valueAt(value, ['metadata', 'name']) !== application.name) return false
  return canonicalJson(rawSources(value)) === canonicalJson(rawSources(application.manifest))
}

function applicationHolders(question: Question): readonly Holder[] {
  const { source, context } = question
  const { tree } = source
  return tree.paths().flatMap((path): readonly Holder[] => {
    if (!/\.ya?ml$/.test(path)) return []
    const bytes = bytesIfReadable(tree, path)
    if (bytes === undefined || bytes.byteLength > FILE_LIMIT) return []
    const plain = new TextDecoder().decode(bytes)
    if (!/^kind: *["']?Application["']?\s*$/m.test(plain) || !plain.includes(context.application.name)) return []
    const text = readSource(tree, path)
    if (isRefused(text)) return []
    const document = text.documents.findIndex(({ value }) => isApplication(value, context.application))
    if (document < 0) return []
    const file = { ...treeAt(source), path }
    return [{ file, source: text, document, base: stepsOf(source.where), holdsApplication: true }]
  })
}

/** Every file in which the settings of the question's source stand, the one that wins first. */
export function holdersOf(question: Question): readonly Holder[] {
  return [...overrideHolders(question), ...applicationHolders(question)]
}
