import type { JsonPath, JsonValue } from '../../domain/index.ts'
import { inlineInsertions, inlinePlaces } from '../inline-values.ts'
import type { Place, Question } from '../place.ts'
import { isRefused, type Refused, refuse, writtenAt } from '../refused.ts'
import type { SourceFile } from '../resolve.ts'
import { type Traced, trace } from '../sentinel.ts'
import { isBelied } from './helm-belied.ts'
import type { HelmCandidate, Sort, Values } from './helm-candidates.ts'
import { changesFor, type ValueChange } from './helm-changes.ts'
import { chartOf } from './helm-charts.ts'
import { fileToCreate, insertable, layerFiles, placeIn, wholeResources, writerOf } from './helm-layers.ts'
import { listPlace } from './helm-lists.ts'
import { placeName, saidBulk, sayingOne } from './helm-said.ts'
import { notTraced, templatePlaces } from './helm-templates.ts'
import {
  fieldIn,
  isSteady,
  mayTraceAlone,
  renderSubset,
  type Scene,
  shownIn,
  stageBulk,
  stageCandidates,
  triedFor,
  valuesOf,
} from './helm-trace.ts'

/** Values that the chart alone refuses to have traced, tried one by one. */
const SUSPECTS = 3

type Finding = {
  readonly found: readonly Traced<HelmCandidate>[]
  readonly suspects: readonly HelmCandidate[]
  /** What is found may set the field and does not set it now. */
  readonly belied?: true
}

const NOTHING: Finding = { found: [], suspects: [] }

function sortOf({ kind }: Question): Sort | undefined {
  return kind === 'boolean' ? undefined : kind
}

/** Declared values that say what is rendered, under whatever name: all of the source at once, then what that leaves one by one. */
async function said(question: Question, scene: Scene): Promise<Finding> {
  const { kind, current } = question
  if (current === undefined) return NOTHING
  const tried = triedFor(question, await stageBulk(scene, 'declared'))
  for (const stage of ['said', 'naming'] as const) {
    const bulk = await saidBulk(scene, stage)
    const { found } = shownIn(question, bulk)
    if (found.length > 0) return { found, suspects: [] }
    tried.push(...triedFor(question, bulk))
  }
  const names = new Set(tried.map(placeName))
  return alone(
    question,
    scene,
    sayingOne({ kind, current }, scene).filter((one) => !names.has(placeName(one))),
  )
}

/** A trace for this question alone, with halving where it does not render. */
async function alone(question: Question, scene: Scene, candidates: readonly HelmCandidate[]): Promise<Finding> {
  if (candidates.length === 0 || !mayTraceAlone(question.source)) return NOTHING
  const { winner, suspects } = await trace(candidates, async (subset) => {
    const objects = await renderSubset(scene, subset)
    if (isRefused(objects)) return objects
    const [value] = fieldIn(question, objects)
    // A sentinel that takes the object away is treated as one that does not render.
    return value === undefined ? refuse('target-not-found', question.object.key.name) : value
  })
  return { found: winner === undefined ? [] : [winner], suspects }
}

/** The bulk of one stage; where it takes the object away, those of the question's sort are tried without the others. */
async function staged(question: Question, scene: Scene, stage: 'declared' | 'absent' | 'deep'): Promise<Finding> {
  const bulk = await stageBulk(scene, stage)
  const { found, gone } = shownIn(question, bulk)
  const sort = sortOf(question)
  const suspects = bulk.suspects.filter((one) => one.sort === sort)
  if (found.length > 0) return confirmed(question, scene, stage, { found, suspects })
  if (!gone) return { found, suspects }
  return alone(
    question,
    scene,
    stageCandidates(scene, stage).filter((one) => one.sort === sort),
  )
}

/** Traces in which what is rendered now has belied the value that was found. */
const BELIED = 3

/** What was found, if what is rendered now does not belie it; else what is found without it, if that is not belied. */
async function confirmed(
  question: Question,
  scene: Scene,
  stage: 'declared' | 'absent' | 'deep',
  finding: Finding,
): Promise<Finding> {
  const belied = new Set<string>()
  let { found } = finding
  for (let traces = 0; traces < BELIED && found.length > 0; traces += 1) {
    const sure = found.filter((one) => !isBelied(one, question))
    if (sure.length > 0) return { ...finding, found: sure }
    for (const { candidate } of found) belied.add(placeName(candidate))
    const sorts = new Set(found.map(({ candidate }) => candidate.sort))
    const others = stageCandidates(scene, stage).filter((one) => sorts.has(one.sort) && !belied.has(placeName(one)))
    found = (await alone(question, scene, others)).found
  }
  return { ...finding, belied: true }
}

/** From what is declared to what only templates name; the first that the field shows is the last writer. */
async function findValue(question: Question, scene: Scene): Promise<Finding> {
  const suspects: HelmCandidate[] = []
  let belied: Finding | undefined
  const steps: readonly (() => Promise<Finding>)[] = [
    ...(question.current === undefined ? [] : [() => staged(question, scene, 'declared'), () => said(question, scene)]),
    () => staged(question, scene, 'absent'),
    () => staged(question, scene, 'deep'),
  ]
  for (const step of steps) {
    const finding = await step()
    if (belied !== undefined && finding.found.length === 0) break
    if (finding.belied === true) belied = finding
    else if (finding.found.length > 0) return finding
    suspects.push(...finding.suspects)
  }
  return belied ?? { found: [], suspects }
}

/** Where a chart's values set the field: traced by renders with a sentinel in every value that may feed any field of the source. */
export async function helmPlaces(question: Question): Promise<readonly (Place | Refused)[] | Refused> {
  const { source, sourceIndex, context } = question
  if (context.deps.helm === undefined)
    return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  const values = valuesOf(source, context)
  if (isRefused(values)) return values
  const scene: Scene = { source, sourceIndex, context, values }
  if (question.kind === 'boolean') return notTraced(question, scene)
  const unsteady = shownIn(question, await stageBulk(scene, 'declared')).gone && !(await isSteady(question, scene))
  const { kind, name } = question.object.key
  if (unsteady) return refuse('target-not-found', `${kind} ${name} has another name in each render: it can't be traced`)
  const { found, suspects, belied } = await findValue(question, scene)
  // An annotation that a template writes stands twice when it is written beside it: the template's own line is what is looked for.
  const beside = question.current !== undefined && found.every(({ candidate }) => candidate.part === 'key')
  if (found.length > 0 && !beside && belied !== true) return tracedPlaces(question, values, found)
  const literals = question.current === undefined ? [] : await templatePlaces(question, scene)
  if (belied === true) return beliedPlaces(tracedPlaces(question, values, found), literals)
  if (literals.length > 0) return literals
  const places = suspectPlaces(question, values, suspects)
  return places.length > 0 ? places : notTraced(question, scene)
}

/** An edit of the value may do what is asked, and the proof tells; what stands there now is a literal of a template, where one is found. */
function beliedPlaces(
  places: readonly (Place | Refused)[] | Refused,
  literals: readonly (Place | Refused)[],
): readonly (Place | Refused)[] {
  const all = isRefused(places) ? [places] : places
  const writer = literals.find((one): one is Place => !isRefused(one))
  if (writer === undefined) return all
  return [...all.map((one) => ({ ...one, writer })), ...literals]
}

/** A chart may refuse a sentinel (too many replicas) and accept the value that is wanted: rendering it tells. */
function suspectPlaces(
  question: Question,
  values: Values,
  suspects: readonly HelmCandidate[],
): readonly (Place | Refused)[] {
  return suspects.slice(0, SUSPECTS).flatMap((candidate) => {
    const places = tracedPlaces(question, values, [{ candidate, rendered: String(candidate.sentinel.value) }])
    return isRefused(places) ? [places] : places
  })
}

function tracedPlaces(
  question: Question,
  { declared, inline }: Values,
  all: readonly Traced<HelmCandidate>[],
): readonly (Place | Refused)[] | Refused {
  const [first] = all
  if (first !== undefined && first.candidate.origin !== 'files')
    return inlinePlaces(question, first, (root) => changesFor(question, root, all), inline)
  const changes = changesFor(question, declared.values, all)
  const writer = first === undefined || !isRefused(changes) ? undefined : writerOf(question, first.candidate.path)
  if (isRefused(changes)) return writer === undefined ? changes : writtenAt(writer, changes)
  return filePlaces(question, { declared, inline }, changes)
}

/** A file is not created: taking that back would be a deletion, and who else would read it is seen only once it is there. */
function mustBeCreated({ path, repoURL }: SourceFile, values: JsonPath): Refused {
  return refuse(
    'value-file-to-create',
    `${values.join('.')} belongs in ${path} of ${repoURL}, which the Application names and which does not exist: create it, even empty`,
  )
}

/** A list of a chart that is not ours, copied with the change into a value file that is. */
function copiedLists(
  question: Question,
  path: JsonPath,
  changes: readonly ValueChange[],
  values: JsonValue,
): readonly (Place | Refused)[] {
  return insertable(question, path, question.source.valueFiles)
    .map((file) => listPlace(file, changes, values))
    .filter((place) => place !== undefined)
}

/** In the files, and where there is none in what the Application itself says; then with all that a preset would give. */
function filePlaces(
  question: Question,
  { declared, inline }: Values,
  changes: readonly ValueChange[],
): readonly (Place | Refused)[] | Refused {
  const [main] = changes
  if (main === undefined) return refuse('not-in-git', 'nothing to change')
  const { source, context } = question
  const files = layerFiles(question, main.path)
  const alternatives = [changes, wholeResources(question, main, declared.values)].filter((one) => one !== undefined)
  const places = alternatives.flatMap((set) => [
    ...files.map((file) => placeIn(question, file, set)),
    ...inlineInsertions(question, set, inline),
  ])
  const writer = writerOf(question, main.path)
  const told = <What extends Place | Refused>(what: What): What =>
    writer === undefined ? what : writtenAt(writer, what)
  const absent = fileToCreate(question, main.path)
  // Another place is taken all the same where it turns out to change nothing else.
  if (absent !== undefined) return [mustBeCreated(absent, main.path), ...places].map(told)
  if (places.length > 0) return places.map(told)
  const listed = main.path.some((step) => typeof step === 'number')
  const lists = listed ? copiedLists(question, main.path, changes, declared.values) : []
  if (lists.length > 0) return lists.map(told)
  if (listed)
    return told(
      refuse('not-in-git', `${main.path.join('.')} is in a list of the chart's defaults; a list is set whole`),
    )
  const { foreign } = chartOf(source, context.deps.unpack)
  const why = foreign ?? 'there is no values.yaml'
  return told(
    refuse('not-in-git', `${source.where} has no value file in Git, and its own values are not to be edited: ${why}`),
  )
}
