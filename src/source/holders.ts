import type { JsonPath } from '../domain/index.ts'
import { originOf } from './generated/origin.ts'
import type { SourceText } from './nodes.ts'
import { type Question, readSource } from './place.ts'
import { isRefused } from './refused.ts'
import { type SourceFile, treeAt } from './resolve.ts'

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
export function stepsOf(where: string): JsonPath {
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

function applicationHolders({ source, context }: Question): readonly Holder[] {
  const { application, trees } = context
  const origin = originOf(application, trees ?? { tree: () => source.tree })
  if (origin?.from !== 'file') return []
  const { repoURL, revision, path, document, at } = origin.written
  const tree = trees?.tree(repoURL, revision) ?? source.tree
  const text = readSource(tree, path)
  if (isRefused(text)) return []
  const base = [...at, ...stepsOf(source.where)]
  return [{ file: { tree, repoURL, revision, path }, source: text, document, base, holdsApplication: true }]
}

/** Every file in which the settings of the question's source stand, the one that wins first. */
export function holdersOf(question: Question): readonly Holder[] {
  return [...overrideHolders(question), ...applicationHolders(question)]
}
