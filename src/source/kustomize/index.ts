import type { KustomizeOverrides, Manifest, Reason, Tree } from '../../domain/index.ts'
import { parentPath } from '../tree.ts'
import { plainScalar } from '../yaml/index.ts'
import { accumulate } from './accumulate.ts'
import { type DraftMap, jsonOfDraft, nullText, own, ownMap, textOf } from './draft.ts'
import { Files, isKustomizationPath, type KustomizeFile, type LoadRestrictions } from './files.ts'
import { mendReferences } from './name-references.ts'
import { addHashes } from './naming.ts'
import { inOrder } from './order.ts'
import { broken, Refusal } from './refusal.ts'
import type { Copied, Resource } from './resource.ts'

export type { FileRole, KustomizeFile, LoadRestrictions } from './files.ts'
export { isKustomizationPath } from './files.ts'
export { splitPath as fieldSteps } from './replacements.ts'

/** A field that a replacement wrote: position of the object, the path as the replacement has it, and its `file:line`. */
export type Replaced = Copied & { readonly index: number }

export type BuildOutcome =
  | {
      readonly built: true
      readonly objects: readonly Manifest[]
      readonly files: readonly KustomizeFile[]
      readonly replaced: readonly Replaced[]
    }
  | { readonly built: false; readonly reason: Reason; readonly message: string }

export type BuildInput = {
  readonly tree: Tree
  readonly dir: string
  /** Settings of an Argo CD Application. */
  readonly overrides?: KustomizeOverrides
  /** `root-only`, kustomize's and Argo CD's default, where absent. */
  readonly loadRestrictions?: LoadRestrictions
}

/**
 * Builds the kustomization in `dir` ('' for the root) as kustomize 5.5 does, from the tree alone: equal objects in equal order.
 * `files` are all files that were read, those of bases and components too, by path. Never throws for what the tree holds:
 * `unsupported-kustomize` for a feature that is not built here, `remote-base` for anything that would be fetched, `unsafe-path` for a
 * path that leaves the tree or passes a link, `broken-base` for what real kustomize refuses too, `input-too-large` over the caps of YAML.
 */
export function buildKustomization(input: BuildInput): BuildOutcome {
  const files = new Files(input.tree, input.loadRestrictions)
  try {
    const { root, list } = accumulate(files, input.dir, input.overrides)
    addHashes(list)
    mendReferences(list)
    const kept = inOrder(list.filter(isShipped), root.fields.get('sortOptions'))
    const replaced = kept.flatMap(({ copies }, index) => copies.map((copied) => ({ index, ...copied })))
    return { built: true, objects: kept.map(finished), files: sorted(files), replaced }
  } catch (error) {
    if (error instanceof Refusal) return { built: false, reason: error.reason, message: error.message }
    throw error
  }
}

/** Objects that are marked as settings for local tools are not part of the output. */
function isShipped({ object }: Resource): boolean {
  const annotations = ownMap(ownMap(object, 'metadata') ?? {}, 'annotations') ?? {}
  const mark = own(annotations, 'config.kubernetes.io/local-config')
  return mark === undefined || mark === 'false'
}

function finished({ object }: Resource): Manifest {
  const metadata = ownMap(object, 'metadata')
  const annotations = metadata === undefined ? undefined : own(metadata, 'annotations')
  if (metadata !== undefined && annotations !== undefined) finishAnnotations(metadata)
  // A draft that is a map becomes a map.
  return jsonOfDraft(object) as Manifest
}

/** Kustomize writes annotations back as texts and drops the field when there are none. */
function finishAnnotations(metadata: DraftMap): void {
  const annotations = ownMap(metadata, 'annotations') ?? {}
  const texts = Object.entries(annotations).map(([key, value]): [string, string] => {
    if (plainScalar(key) !== key) throw broken(`the annotation ${key} would be written without quotes, as no text`)
    return [key, value === null ? nullText(annotations, key) : textOf(value)]
  })
  if (texts.length === 0) delete metadata['annotations']
  else metadata['annotations'] = Object.fromEntries(texts)
}

function sorted(files: Files): readonly KustomizeFile[] {
  return [...files.read.keys()].sort().flatMap((key) => files.read.get(key) ?? [])
}

/** Every directory that has a kustomization file, in the order of the tree; '' is the root. */
export function kustomizationRoots(tree: Tree): readonly string[] {
  return [...new Set(tree.paths().filter(isKustomizationPath).map(parentPath))]
}

/** Paths of all files that the build of `dir` may read, wherever they stand, or read before it was refused. */
export function filesReadBy(tree: Tree, dir: string): readonly string[] {
  const files = new Files(tree, 'none')
  try {
    accumulate(files, dir)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  return [...new Set([...files.read.values()].map((file) => file.path))].sort()
}
