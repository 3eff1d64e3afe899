import {
  type Application,
  type EditOutcome,
  type FieldChange,
  type FileChange,
  formatObjectKey,
  type JsonPath,
  type ObjectKey,
  sameObject,
  valueAt,
} from '../domain/index.ts'
import { compareRenders, type ObjectChange } from './compare.ts'
import { diffLeaves, samePath, startsWith } from './diff.ts'
import { edit } from './edit.ts'
import { editableFields } from './editable-fields.ts'
import { fieldPlace } from './field-place.ts'
import type { Sight } from './moments.ts'
import type { Lookup } from './question.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { type RenderedState, renderState } from './render.ts'
import type { RenderDeps } from './resolve.ts'
import { proveFiles } from './restore.ts'
import { applySplices, encode } from './splice.ts'
import { findTarget, type RenderedObject, type Target } from './target.ts'
import { changedTree } from './tree.ts'
import { threeOf, type Undo, undosOf } from './undo.ts'
import { replaceTree, type TreeAt } from './world.ts'

export type TakenBack = {
  readonly outcome: EditOutcome
  /** Paths of the object that the commit changed and that are not taken back: only image, resources, replicas, probes, env and config are. */
  readonly left: readonly string[]
}

export type TakeBackInput = {
  readonly target: Target
  readonly deps: RenderDeps
  readonly others?: readonly Application[]
  /** Before the commit, after it, and today. */
  readonly from: Sight
  readonly to: Sight
  readonly now: Sight
  /** What the commit changed of the object. */
  readonly changes: readonly ObjectChange[]
}

type Today = {
  readonly lookup: Lookup
  readonly state: RenderedState
  readonly object: RenderedObject
  readonly home: TreeAt
  readonly changes: readonly ObjectChange[]
}

/** Parts of one commit's change that are tried one by one at most. */
const PARTS = 40

const IN_CONTAINER: ReadonlySet<string | number> = new Set([
  ...['image', 'resources', 'env', 'envFrom', 'livenessProbe', 'readinessProbe', 'startupProbe'],
])
const COUNTS: ReadonlySet<string | number> = new Set(['replicas', 'minReplicas', 'maxReplicas'])

function isAllowed(key: ObjectKey, path: JsonPath): boolean {
  if (key.kind === 'Secret') return false
  if (key.kind === 'ConfigMap') return path[0] === 'data' || path[0] === 'binaryData'
  if (path.length === 2 && path[0] === 'spec' && COUNTS.has(path[1] ?? '')) return true
  const container = path.findIndex((step) => step === 'containers' || step === 'initContainers')
  return container >= 0 && IN_CONTAINER.has(path[container + 2] ?? '')
}

function refused({ reason, message }: Refused): EditOutcome {
  return { outcome: 'refused', reason, message }
}

/** Whether the object still has what the commit gave it, in every part that would be taken back. */
function movedOn({ object, changes }: Pick<Today, 'object' | 'changes'>): Refused | undefined {
  const moved = changes.find(({ change: { path, after } }) => {
    const value = valueAt(object.manifest, path)
    return (value === undefined) !== (after === undefined) || diffLeaves(value, after).length > 0
  })
  return moved && refuse('conflict', `${formatObjectKey(object.key)} ${moved.shown} was changed again since`)
}

/** The changes as fields with the values of before; undefined where one of them is no field or was absent. */
function asFields({ object, changes }: Today): readonly FieldChange[] | undefined {
  const fields = editableFields(object.manifest)
  const found = changes.map(({ change: { path, before } }): FieldChange | undefined => {
    if (typeof before !== 'string' && typeof before !== 'number') return undefined
    const one = fields.find(({ field, container }) => {
      const place = fieldPlace(object.manifest, field, container)
      return !isRefused(place) && samePath(place.path, path)
    })
    return one && { ...one, value: String(before) }
  })
  return found.every((one) => one !== undefined) ? found : undefined
}

/** Files of the repository that the commit changed and that the Application read before or after. */
function touchedFiles({ from, to }: TakeBackInput): readonly string[] {
  const paths = [...Object.keys(from.inputs), ...Object.keys(to.inputs)].map((name) =>
    name.slice(name.indexOf('#') + 1),
  )
  return [...new Set(paths)].filter((path) => from.tree.blob(path) !== to.tree.blob(path)).sort()
}

/** The files as they were, where nobody has touched them since. */
function wholeFiles({ from, to, now }: TakeBackInput, paths: readonly string[]): readonly FileChange[] | undefined {
  const files = paths.map((path): FileChange | undefined => {
    const content = from.tree.bytes(path)
    return content === undefined || now.tree.blob(path) !== to.tree.blob(path) ? undefined : { path, content }
  })
  return files.length > 0 && files.every((file) => file !== undefined) ? files : undefined
}

function withUndos({ now }: TakeBackInput, undos: readonly Undo[]): readonly FileChange[] | Refused {
  const files: FileChange[] = []
  for (const [path, some] of grouped(undos)) {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(now.tree.bytes(path))
    const splices = some.flatMap((undo) => undo.splices)
    const sorted = [...splices].sort((a, b) => a.start - b.start)
    if (sorted.some((splice, index) => splice.start < (sorted[index - 1]?.end ?? 0)))
      return refuse('conflict', `${path}: parts of the change stand within each other`)
    files.push({ path, content: encode(applySplices(text, splices)) })
  }
  return files
}

function grouped(undos: readonly Undo[]): ReadonlyMap<string, readonly Undo[]> {
  const byPath = new Map<string, Undo[]>()
  for (const undo of undos) byPath.set(undo.path, [...(byPath.get(undo.path) ?? []), undo])
  return byPath
}

/** Whether a part, taken back alone, does nothing but a part of what is meant; 'nothing' where it shows nowhere. */
async function effectOf(input: TakeBackInput, today: Today, undo: Undo): Promise<'meant' | 'nothing' | 'more'> {
  const files = withUndos(input, [undo])
  if (isRefused(files)) return 'more'
  const sources = replaceTree(today.lookup.sources, today.home, changedTree(today.home.tree, files))
  const after = await renderState(today.lookup.application, sources, input.deps)
  if (isRefused(after)) return 'more'
  const effects = compareRenders(today.state.objects, after.objects)
  if (effects.length === 0) return 'nothing'
  const meant = effects.every(
    ({ key, change }) =>
      sameObject(key, today.object.key) &&
      today.changes.some(({ change: { path } }) => startsWith(path, change.path) || startsWith(change.path, path)),
  )
  return meant ? 'meant' : 'more'
}

async function part(
  input: TakeBackInput,
  today: Today,
  paths: readonly string[],
): Promise<readonly FileChange[] | Refused> {
  const undos: Undo[] = []
  let barred: Refused | undefined
  for (const path of paths) {
    const three = threeOf(path, input.from.tree, input.to.tree, input.now.tree)
    for (const undo of isRefused(three) ? [three] : undosOf(three)) {
      if (isRefused(undo)) barred ??= undo
      else undos.push(undo)
    }
  }
  if (undos.length > PARTS)
    return refuse(
      'proof-too-wide',
      `the commit changes ${undos.length} values, and ${PARTS} are tried one by one at most`,
    )
  const kept: Undo[] = []
  for (const undo of undos) if ((await effectOf(input, today, undo)) === 'meant') kept.push(undo)
  if (kept.length > 0) return withUndos(input, kept)
  return barred ?? refuse('other-changes', `no part of ${paths.join(', ')} changes ${today.object.key.name} alone`)
}

/** The proof must show the values of before the commit, not some others. */
function asBefore({ changes }: Today, outcome: EditOutcome): EditOutcome {
  if (outcome.outcome !== 'edited') return outcome
  const shown = new Map(outcome.proof.changes.map((change) => [change.path, change.after]))
  const missing = changes.find((one) => diffLeaves(shown.get(one.shown), one.change.before).length > 0)
  if (missing === undefined) return outcome
  return refused(refuse('conflict', `${missing.shown} would not be what it was before the commit`))
}

async function restored(input: TakeBackInput, today: Today): Promise<EditOutcome> {
  const paths = touchedFiles(input)
  const meant = today.changes.map(({ change }) => change.path)
  const proven = async (files: readonly FileChange[]): Promise<EditOutcome> =>
    asBefore(today, await proveFiles({ ...today.lookup, fields: [], paths: meant, files }))
  const whole = wholeFiles(input, paths)
  const first = whole === undefined ? undefined : await proven(whole)
  if (first !== undefined && first.outcome !== 'refused') return first
  const files = await part(input, today, paths)
  return isRefused(files) ? refused(files) : proven(files)
}

async function todayOf(input: TakeBackInput, changes: readonly ObjectChange[]): Promise<Today | Refused> {
  const { now, deps, target, others } = input
  const { application, sources, tree } = now
  if (application === undefined) return refuse('application-not-found', 'the Application is not there any more')
  const state = await renderState(application, sources, deps)
  if (isRefused(state)) return state
  const object = findTarget(state.objects, target)
  if (isRefused(object)) return object
  const file = state.files.find((one) => one.tree === tree || one.tree.oid === tree.oid)
  if (file === undefined) return refuse('path-missing', `${application.name} reads nothing of this repository`)
  const { repoURL, revision } = file
  const lookup = { application, sources, deps, target, ...(others && { others }) }
  const today = { lookup, state, object, home: { tree: file.tree, repoURL, revision }, changes }
  return movedOn(today) ?? today
}

/**
 * The edit that takes back, in the files as they are today, what a commit changed of one object, proven to change nothing else: as
 * fields where all of it are fields, else by the old text of the lines that lead to it. Refused: `conflict` where it was changed again
 * since, `other-changes` where it can't be told apart from the rest of the commit, and whatever a proof refuses.
 */
export async function takeBack(input: TakeBackInput): Promise<TakenBack> {
  const allowed = input.changes.filter(({ key, change }) => isAllowed(key, change.path))
  const left = input.changes.filter((change) => !allowed.includes(change)).map(({ shown }) => shown)
  const done = (outcome: EditOutcome): TakenBack => ({ outcome, left })
  if (allowed.length === 0)
    return done(
      refused(refuse('field-unsupported', 'only image, resources, replicas, probes, env and config are taken back')),
    )
  const today = await todayOf(input, allowed)
  if (isRefused(today)) return done(refused(today))
  const fields = asFields(today)
  const edited = fields === undefined ? undefined : await edit({ ...today.lookup, changes: fields })
  if (edited !== undefined && edited.outcome !== 'refused') return done(edited)
  const outcome = await restored(input, today)
  // What bars the field says more than what bars its lines.
  return done(outcome.outcome === 'refused' && edited !== undefined ? edited : outcome)
}
