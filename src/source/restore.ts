import {
  type CompanionPolicy,
  type Edit,
  type EditOutcome,
  type Field,
  type FileChange,
  isContainerField,
  type JsonPath,
  sameObject,
} from '../domain/index.ts'
import { compareRenders, type Meant, type ObjectChange } from './compare.ts'
import { startsWith } from './diff.ts'
import { fieldPlace } from './field-place.ts'
import { valueKind } from './fields.ts'
import { companionsOf, extraChanges, type Judged, proofOf } from './prove.ts'
import { type Lookup, readersLookup } from './question.ts'
import { type Reader, sameReader } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { type RenderedState, renderState } from './render.ts'
import { findFieldTarget, findTarget } from './target.ts'
import { changedTree } from './tree.ts'
import { replaceTree, type TreeAt } from './world.ts'

export type FilesInput = Lookup & {
  /** Fields of the target that the files may change, and nothing else. */
  readonly fields: readonly { readonly field: Field; readonly container?: string }[]
  /** Paths of the target that the files may change too, with what stands below them. */
  readonly paths?: readonly JsonPath[]
  /** What may change beside the fields; `refuse` unless told. */
  readonly companions?: CompanionPolicy
  /** Whole contents of files that are there already, all of one repository of the Application. */
  readonly files: readonly FileChange[]
}

/**
 * Proves given contents of files as `edit` proves its own: only the named fields of the target change, whatever their values become,
 * and nothing else that reads the files changes at all. `already-set` when the files say so already.
 */
export async function proveFiles(input: FilesInput): Promise<EditOutcome> {
  const outcome = await run(input)
  return isRefused(outcome) ? { outcome: 'refused', reason: outcome.reason, message: outcome.message } : outcome
}

async function run(input: FilesInput): Promise<EditOutcome | Refused> {
  const { application, sources, deps } = input
  const before = await renderState(application, sources, deps)
  if (isRefused(before)) return before
  const home = homeOf(before, input.files)
  if (isRefused(home)) return home
  const edits = input.files.flatMap((file) => changedLines(file, home.tree.bytes(file.path) ?? new Uint8Array()))
  if (edits.length === 0) return { outcome: 'already-set', at: [] }
  const now = changedTree(home.tree, input.files)
  const to = replaceTree(sources, home, now)
  const after = await renderState(application, to, deps)
  if (isRefused(after)) return refuse(after.reason, `with the files: ${after.message}`)
  const changes = await judged(input, before, after)
  if (isRefused(changes)) return changes
  const readers = readersOf(input, home)
  const proof = await proofOf(
    {
      before,
      after,
      readers,
      deps,
      from: { sources, home },
      to: { sources: to, home: { ...home, tree: now } },
      touched: input.files.map(({ path }) => path),
    },
    changes,
  )
  return isRefused(proof) ? proof : { outcome: 'edited', edits, files: input.files, proof, repoURL: home.repoURL }
}

/** The one repository of the Application that has all of the files. */
function homeOf(state: RenderedState, files: readonly FileChange[]): TreeAt | Refused {
  const home = state.files.find(({ tree }) => files.every(({ path }) => tree.bytes(path) !== undefined))
  return (
    home ??
    refuse(
      'path-missing',
      `${files.map(({ path }) => path).join(', ')}: not files that ${state.application.name} reads`,
    )
  )
}

/** The changes, if all of them are within the fields. */
async function judged(input: FilesInput, before: RenderedState, after: RenderedState): Promise<Judged | Refused> {
  const target = findTarget(before.objects, input.target)
  if (isRefused(target)) return target
  const named = input.fields.flatMap(({ field, container }) => {
    const asked = container ?? (isContainerField(field) ? input.target.container : undefined)
    const object = findFieldTarget(before.objects, input.target, field)
    const place = isRefused(object) ? object : fieldPlace(object.manifest, field, asked)
    return isRefused(object) || isRefused(place) ? [] : [{ field, key: object.key, path: place.path }]
  })
  const places = [...named, ...(input.paths ?? []).map((path) => ({ key: target.key, path }))]
  const changes = compareRenders(before.objects, after.objects)
  const isMeant = (change: ObjectChange): boolean => places.some((place) => isAt(change, place))
  const extra = await extraChanges(
    before,
    changes.filter((change) => !isMeant(change)),
    input.sources,
    input.deps,
  )
  if (isRefused(extra)) return extra
  const meant = named.flatMap(({ field, key, path }): Meant[] => {
    const { before, after } = changes.find((one) => isAt(one, { key, path }))?.change ?? {}
    const kind = valueKind(field, after ?? before)
    return kind === undefined || after === undefined ? [] : [{ key, path, kind, value: String(after) }]
  })
  const companions = companionsOf(extra, meant, input.companions ?? 'refuse')
  if (isRefused(companions)) return companions
  const done = changes.filter(isMeant)
  return done.length === 0 ? refuse('no-effect', 'with the files everything renders as before') : { done, companions }
}

function isAt({ key, change }: ObjectChange, place: Pick<Meant, 'key' | 'path'>): boolean {
  return sameObject(key, place.key) && (startsWith(change.path, place.path) || startsWith(place.path, change.path))
}

function readersOf(input: FilesInput, home: TreeAt): readonly Reader[] {
  const lookup = readersLookup(input, (tree) => tree)
  const readers: Reader[] = []
  for (const { path } of input.files) {
    const more = lookup({ ...home, path }).filter((reader) => !readers.some((one) => sameReader(one, reader)))
    readers.push(...more)
  }
  return readers
}

/** Lines that differ between two states of a file: one by one where their number is the same, else as one block. */
function changedLines({ path, content }: FileChange, original: Uint8Array): readonly Edit[] {
  const [before, after] = [original, content].map((bytes) => new TextDecoder().decode(bytes).split('\n'))
  if (before === undefined || after === undefined) return []
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end))
    end += 1
  const [old, now] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  if (old.length === 0 && now.length === 0) return []
  if (old.length !== now.length)
    return [{ file: path, line: start + 1, column: 1, before: old.join('\n'), after: now.join('\n') }]
  return old.flatMap((line, index) => changedPart(path, start + index + 1, line, now[index] ?? ''))
}

/** The part of a line that differs, widened to whole words. */
function changedPart(file: string, line: number, before: string, after: string): readonly Edit[] {
  if (before === after) return []
  let from = 0
  while (from < before.length && before[from] === after[from]) from += 1
  while (from > 0 && !/[\s:"'[{,]/.test(before[from - 1] ?? '')) from -= 1
  let tail = 0
  while (tail < before.length - from && tail < after.length - from && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1
  while (tail > 0 && !/[\s"'\]},#]/.test(before.at(-tail) ?? '')) tail -= 1
  return [
    {
      file,
      line,
      column: from + 1,
      before: before.slice(from, before.length - tail),
      after: after.slice(from, after.length - tail),
    },
  ]
}
