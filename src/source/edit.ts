import type { Application, CompanionPolicy, Edit, EditOutcome, FieldChange } from '../domain/index.ts'
import type { Meant } from './compare.ts'
import { diffLeaves, startsWith } from './diff.ts'
import { affected, itselfOf } from './generated/affected.ts'
import { applicationNow } from './generated/index.ts'
import { originOf } from './generated/origin.ts'
import { liveMismatch } from './live.ts'
import { locationOf } from './locate.ts'
import { pinned } from './pinned.ts'
import { isSet, type Place, plainText, type Question } from './place.ts'
import { placesFor } from './places.ts'
import { prove, proveHere } from './prove.ts'
import { type Lookup, questionOf, type ReadersOf, readersLookup } from './question.ts'
import { type Reader, sameReader } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { type RenderedState, renderState } from './render.ts'
import type { Sources } from './resolve.ts'
import { type EditedText, editedText, editsOf, encode, spliceText, textOf } from './splice.ts'
import { changedTree } from './tree.ts'
import { replaceTree, sameTree, type TreeAt } from './world.ts'
import { readYaml } from './yaml/index.ts'

export type EditInput = Lookup & {
  readonly changes: readonly FieldChange[]
  /** `refuse` unless told: then nothing but the meant fields may change. */
  readonly companions?: CompanionPolicy
}

/** The work so far: changes are made one after the other, each on what the ones before left. */
type Progress = {
  readonly application: Application
  readonly sources: Sources
  readonly state: RenderedState
  /** The repository that is edited: all changes of one edit are in one. */
  readonly home: { readonly before: TreeAt; readonly now: TreeAt } | undefined
  readonly texts: ReadonlyMap<string, EditedText>
  readonly meant: readonly Meant[]
  readonly readers: readonly Reader[]
  readonly alreadyAt: readonly Edit[]
  readonly holdsApplication: boolean
  /** What the cluster has otherwise than Git renders it: said when nothing else stands in the way. */
  readonly mismatch: Refused | undefined
  /** The file that would have to be created for a better place: said when others change by the place that was taken. */
  readonly toCreate: Refused | undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The file after the place's splices, if nothing outside of what the place may change is another value. */
function splicedFile(place: Place, edited: EditedText): EditedText | Refused {
  const path = place.file.path
  const next = spliceText(edited, place.splices)
  // A template is no YAML: what its lines become is for the render to show.
  if (place.by === 'template') return next
  const [before, after] = [readYaml(encode(textOf(edited)), path), readYaml(encode(textOf(next)), path)]
  if (!before.read) return refuse(before.reason, before.message)
  if (!after.read) return refuse('not-in-git', `the edit would leave ${path} unreadable: ${after.message}`)
  if (isJson(textOf(edited)) && !isJson(textOf(next)))
    return refuse('not-in-git', `the edit would leave no JSON in ${path}`)
  const { document, path: within } = place.within
  // A file without content has no document; what comes into it is its first.
  const values = (documents: typeof before.documents) =>
    documents.length === 0 ? [null] : documents.map(({ value }) => value)
  const strayed = diffLeaves(values(before.documents), values(after.documents)).find(({ path: at }) => {
    const inside = at.slice(1)
    return at[0] !== document || !(startsWith(inside, within) || startsWith(within, inside))
  })
  return strayed === undefined
    ? next
    : refuse('not-in-git', `the edit would change ${path} at ${strayed.path.join('.')} too`)
}

function originalText({ file, by }: Place, known: EditedText | undefined): EditedText | Refused {
  if (known !== undefined) return known
  if (by === 'template') {
    const text = plainText(file.tree, file.path)
    return isRefused(text) ? text : editedText(text)
  }
  const read = readYaml(file.tree.bytes(file.path) ?? new Uint8Array(), file.path)
  return read.read ? editedText(read.text) : refuse(read.reason, read.message)
}

function meantOf(question: Question): Meant {
  return { key: question.object.key, path: question.place.path, kind: question.kind, value: question.value }
}

async function attempt(
  input: EditInput,
  progress: Progress,
  question: Question,
  place: Place,
  readersOf: ReadersOf,
): Promise<Progress | Refused> {
  const { file } = place
  const { home } = progress
  if (home !== undefined && !sameTree(home.now, file)) {
    const { repoURL } = home.now
    return refuse('unsupported-source', `the fields are set in two repositories, ${repoURL} and ${file.repoURL}`)
  }
  const text = originalText(place, progress.texts.get(file.path))
  const next = isRefused(text) ? text : splicedFile(place, text)
  if (isRefused(next)) return next
  const now = changedTree(file.tree, [{ path: file.path, content: encode(textOf(next)) }])
  const sources = replaceTree(progress.sources, file, now)
  const known = { ...progress.application, ...(place.holdsApplication === true ? originIn(progress) : {}) }
  const application =
    place.holdsApplication === true ? await applicationNow(known, sources, input.deps) : progress.application
  if (isRefused(application)) return application
  const state = await renderState(application, sources, input.deps)
  if (isRefused(state)) return refuse(state.reason, `after the edit: ${state.message}`)
  const meant = meantOf(question)
  const proven = await proveHere({
    before: progress.state,
    after: state,
    meant: [meant],
    from: { sources: progress.sources, home: file },
    deps: input.deps,
    ...(input.companions && { companions: input.companions }),
  })
  if (isRefused(proven)) return proven
  const others = readersOf(file).filter((reader) => !progress.readers.some((one) => sameReader(one, reader)))
  const readers = await affected(others, progress.sources, sources, input.deps)
  return {
    ...progress,
    application,
    sources,
    state,
    home: { before: home?.before ?? file, now: { ...file, tree: now } },
    texts: new Map([...progress.texts, [file.path, next]]),
    meant: [...progress.meant, meant],
    readers: [...progress.readers, ...readers],
    holdsApplication: progress.holdsApplication || place.holdsApplication === true,
  }
}

/** Where the Application is written, found in the trees before the edit. */
function originIn({ application, sources }: Progress): Pick<Application, 'origin'> {
  const origin = originOf(application, sources)
  return origin === undefined ? {} : { origin }
}

async function alreadySet(progress: Progress, question: Question): Promise<Progress> {
  const place = (await placesFor(question)).find((one): one is Place => !isRefused(one))
  const location = place === undefined ? undefined : locationOf(place, question)
  if (location === undefined || isRefused(location)) return progress
  const { file, line, column, text } = location
  return { ...progress, alreadyAt: [...progress.alreadyAt, { file, line, column, before: text, after: text }] }
}

/** Makes one change at the first place that turns out to do exactly that. The first thing in the way is what is reported. */
async function advance(
  input: EditInput,
  progress: Progress,
  change: FieldChange,
  readersOf: ReadersOf,
): Promise<Progress | Refused> {
  const question = questionOf(input, progress.state, change, readersOf)
  if (isRefused(question)) return question
  if (isSet(question)) return alreadySet(progress, question)
  let first: Refused | undefined
  let barred: Refused | undefined
  for (const place of await placesFor(question)) {
    if (!isRefused(place) && place.barred !== undefined) {
      barred ??= place.barred
      continue
    }
    const result = isRefused(place)
      ? place
      : (pinned(place, progress.application) ?? (await attempt(input, progress, question, place, readersOf)))
    if (!isRefused(result)) {
      const mismatch = progress.mismatch ?? mismatchOf(input, progress, question)
      const toCreate = first?.reason === 'value-file-to-create' ? first : undefined
      return { ...result, mismatch, toCreate: progress.toCreate ?? toCreate }
    }
    first ??= result
  }
  return first ?? barred ?? refuse('not-in-git', `nothing in Git sets ${change.field}`)
}

function mismatchOf({ live }: EditInput, { state }: Progress, question: Question): Refused | undefined {
  return live === undefined ? undefined : liveMismatch(question, live, state.objects)
}

async function conclude(input: EditInput, before: RenderedState, progress: Progress): Promise<EditOutcome | Refused> {
  const { home, texts, sources, state, meant, readers } = progress
  if (home === undefined) return { outcome: 'already-set', at: progress.alreadyAt }
  if (progress.mismatch !== undefined) return progress.mismatch
  const proof = await prove({
    before,
    after: state,
    meant,
    readers,
    from: { sources: input.sources, home: home.before },
    to: { sources, home: home.now },
    touched: [...texts.keys()],
    deps: input.deps,
    ...(input.companions && { companions: input.companions }),
    ...(progress.holdsApplication ? { itself: itselfOf(progress.application) } : {}),
  })
  if (isRefused(proof)) return proof.reason === 'other-changes' ? (progress.toCreate ?? proof) : proof
  const files = [...texts].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    outcome: 'edited',
    edits: files.flatMap(([path, text]) => editsOf(path, text)),
    files: files.map(([path, text]) => ({ path, content: encode(textOf(text)) })),
    proof,
    repoURL: home.now.repoURL,
  }
}

async function run(input: EditInput): Promise<EditOutcome | Refused> {
  if (input.changes.length === 0) return refuse('value-invalid', 'no change is asked for')
  const state = await renderState(input.application, input.sources, input.deps)
  if (isRefused(state)) return state
  let progress: Progress = {
    application: input.application,
    sources: input.sources,
    state,
    home: undefined,
    texts: new Map(),
    meant: [],
    readers: [],
    alreadyAt: [],
    holdsApplication: false,
    mismatch: undefined,
    toCreate: undefined,
  }
  const original = (file: TreeAt): TreeAt => {
    const { home } = progress
    return home !== undefined && sameTree(home.now, file) ? home.before : file
  }
  const readersOf = readersLookup(input, original)
  for (const change of input.changes) {
    const next = await advance(input, progress, change, readersOf)
    if (isRefused(next)) return next
    progress = next
  }
  return conclude(input, state, progress)
}

/**
 * Sets fields of one workload in the files that an Application reads, by splices, and proves by rendering that exactly these fields of
 * exactly this object change. Several changes are one outcome: all or none. Deterministic; nothing is written anywhere.
 */
export async function edit(input: EditInput): Promise<EditOutcome> {
  const outcome = await run(input)
  return isRefused(outcome) ? { outcome: 'refused', reason: outcome.reason, message: outcome.message } : outcome
}
