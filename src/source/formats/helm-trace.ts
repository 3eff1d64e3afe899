import type { JsonPath, JsonValue } from '../../domain/index.ts'
import { valueAt } from '../../domain/index.ts'
import type { FieldPlace } from '../field-place.ts'
import type { Question } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import type { ResolvedSource } from '../resolve.ts'
import { SENTINEL_LIMIT, shows, type Traced } from '../sentinel.ts'
import { findObject, type RenderedObject } from '../target.ts'
import { memoryTree } from '../tree.ts'
import type { RenderContext } from './format.ts'
import { absentCandidates, declaredCandidates, type HelmCandidate, TRACE_KEY, type Values } from './helm-candidates.ts'
import { helmInput } from './helm-input.ts'
import { declaredValues, inlineValues, withValues } from './helm-values.ts'

const TRACE_FILE = 'kintsugi-trace.yaml'

/** Renders that one set of sentinels may cost; it is halved when it does not render. */
const RENDERS = 32

/** Renders that all questions about one source may cost beyond those that serve every field. */
const SOURCE_RENDERS = 160

/** One render with the sentinels that were in it. */
type View<Candidate> = { readonly candidates: readonly Candidate[]; readonly objects: readonly RenderedObject[] }

/** All renders of one set of candidates. */
export type Bulk<Candidate> = {
  readonly views: readonly View<Candidate>[]
  /** Those whose sentinel alone does not render: what refuses it may accept another value. */
  readonly suspects: readonly Candidate[]
}

/** What is known of one source, found when it is first asked for. */
type Notes = {
  readonly bulks: Map<string, Promise<Bulk<unknown>>>
  absent: ReturnType<typeof absentCandidates> | undefined
  renders: number
}

const notes = new WeakMap<ResolvedSource, Notes>()

function notesOf(source: ResolvedSource): Notes {
  const known = notes.get(source) ?? { bulks: new Map(), absent: undefined, renders: 0 }
  notes.set(source, known)
  return known
}

/** Renders with sentinels that a source has cost so far, for all fields of all of its objects together. */
export function tracingRenders(source: ResolvedSource): number {
  return notes.get(source)?.renders ?? 0
}

/** Whether a question may still have renders of its own. */
export function mayTraceAlone(source: ResolvedSource): boolean {
  return tracingRenders(source) < SOURCE_RENDERS
}

export function valuesOf(source: ResolvedSource, context: RenderContext): Values | Refused {
  const [declared, inline] = [declaredValues(source, context.deps.unpack), inlineValues(source)]
  if (isRefused(declared)) return declared
  return isRefused(inline) ? inline : { declared, inline }
}

export type Scene = Pick<Question, 'source' | 'sourceIndex' | 'context'> & { readonly values: Values }

export type TraceInput = ReturnType<typeof helmInput>

/** Renders what `change` makes of the input, and counts it. */
export async function renderTrace(
  { source, sourceIndex, context }: Pick<Scene, 'source' | 'sourceIndex' | 'context'>,
  change: (input: TraceInput) => TraceInput,
): Promise<readonly RenderedObject[] | Refused> {
  const { helm } = context.deps
  if (helm === undefined) return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  notesOf(source).renders += 1
  const outcome = await helm(change(helmInput(source, { ...context, tracing: true })))
  if (!outcome.rendered) return refuse(outcome.reason, outcome.message)
  return keyed(outcome.objects, context.application.destination.namespace, sourceIndex)
}

/** The input with the sentinels in a last value file, in what is inline, and in parameters. */
function withSentinels({ values }: Scene, subset: readonly HelmCandidate[], input: TraceInput): TraceInput {
  const changes = (origin: HelmCandidate['origin']) =>
    subset.filter((one) => one.origin === origin).map(({ path, sentinel }) => ({ path, value: sentinel.value }))
  const content = JSON.stringify(withValues(values.declared.values, changes('files'), true))
  const last = { tree: memoryTree({ [TRACE_FILE]: content }), path: TRACE_FILE }
  const parameters = changes('parameter').reduce<JsonValue>(
    (list, { path, value }) => withValues(list, [{ path: [...path, 'value'], value: String(value) }]),
    input.helm.parameters,
  )
  const { values: _text, ...helm } = input.helm
  return {
    ...input,
    valueFiles: [...input.valueFiles, last],
    helm: {
      ...helm,
      parameters: parameters as typeof helm.parameters, // same list, other texts
      ...(values.inline === undefined ? {} : { valuesObject: withValues(values.inline, changes('inline')) }),
    },
  }
}

export function renderSubset(
  scene: Scene,
  subset: readonly HelmCandidate[],
): Promise<readonly RenderedObject[] | Refused> {
  return renderTrace(scene, (input) => withSentinels(scene, subset, input))
}

/** What halving looks at: what a candidate feeds, and its path in the values. */
type Traceable = { readonly sort?: unknown; readonly path?: JsonPath | string }

/** First by what they feed, because as a rule one kind of value is what a chart guards; then in the middle. */
function halves<Candidate extends Traceable>(set: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const sorts = [...new Set(set.map(({ sort }) => sort))]
  if (sorts.length > 1) return sorts.map((sort) => set.filter((one) => one.sort === sort))
  return [set.slice(0, set.length >> 1), set.slice(set.length >> 1)]
}

/** Candidates that an error names by their path, as charts do that guard a value or have renamed one. */
function namedIn<Candidate extends Traceable>(message: string, set: readonly Candidate[]): readonly Candidate[] {
  return set.filter(({ path }) => {
    if (typeof path === 'string' || path === undefined) return false
    // The key that stands in for any other is ours: a chart names the map.
    const steps = path.at(-1) === TRACE_KEY ? path.slice(0, -1) : path
    const least = Math.min(2, steps.length)
    return steps.some((_, index) => steps.length - index >= least && message.includes(steps.slice(index).join('.')))
  })
}

async function bulkOf<Candidate extends Traceable>(
  candidates: readonly Candidate[],
  render: (subset: readonly Candidate[]) => Promise<readonly RenderedObject[] | Refused>,
): Promise<Bulk<Candidate>> {
  const [views, suspects]: [View<Candidate>[], Candidate[]] = [[], []]
  const sets: (readonly Candidate[])[] = candidates.length === 0 ? [] : [candidates.slice(0, SENTINEL_LIMIT)]
  for (let renders = 0; renders < RENDERS; renders += 1) {
    const set = sets.shift()
    if (set === undefined) break
    const objects = await render(set)
    const named = isRefused(objects) ? namedIn(objects.message, set) : []
    if (!isRefused(objects)) views.push({ candidates: set, objects })
    else if (set.length === 1) suspects.push(...set)
    else if (named.length === 0) sets.push(...halves(set))
    else {
      suspects.push(...named)
      const others = set.filter((one) => !named.includes(one))
      if (others.length > 0) sets.unshift(others)
    }
  }
  return { views, suspects }
}

/** The renders of a set that serves every question about a source: made when first asked for. */
export function keptBulk<Candidate extends Traceable>(
  source: ResolvedSource,
  name: string,
  candidates: () => readonly Candidate[],
  render: (subset: readonly Candidate[]) => Promise<readonly RenderedObject[] | Refused>,
): Promise<Bulk<Candidate>> {
  const { bulks } = notesOf(source)
  const known = bulks.get(name)
  // One name stands for one kind of candidate.
  if (known !== undefined) return known as Promise<Bulk<Candidate>>
  const made = bulkOf(candidates(), render)
  bulks.set(name, made)
  return made
}

export type Stage = 'declared' | 'absent' | 'deep'

export function stageCandidates({ source, context, values }: Scene, stage: Stage): readonly HelmCandidate[] {
  if (stage === 'declared') return declaredCandidates(source, values, context.deps.unpack)
  const known = notesOf(source)
  known.absent ??= absentCandidates(source, values, context.deps.unpack)
  return known.absent[stage]
}

export function stageBulk(scene: Scene, stage: Stage): Promise<Bulk<HelmCandidate>> {
  return keptBulk(
    scene.source,
    stage,
    () => stageCandidates(scene, stage),
    (subset) => renderSubset(scene, subset),
  )
}

/** The path of a field in another render of its object: lists may have grown before the element. */
function pathIn(manifest: JsonValue, { path, element }: FieldPlace): JsonPath {
  if (element === undefined) return path
  const list = valueAt(manifest, element.list)
  const named = (item: JsonValue): boolean =>
    valueAt(item, ['name']) === element.name || valueAt(item, ['metadata', 'name']) === element.name
  const index = Array.isArray(list) ? list.findIndex(named) : -1
  return index < 0 ? path : [...element.list, index, ...path.slice(element.list.length + 1)]
}

/** What the field, or the stand-in for any key beside it, is in another render; undefined too where the object is gone. */
export function fieldIn(
  question: Pick<Question, 'object' | 'place'>,
  objects: readonly RenderedObject[],
): readonly JsonValue[] {
  const found = findObject(objects, question.object.key)
  if (found === undefined) return []
  const path = pathIn(found.manifest, question.place)
  const beside = valueAt(found.manifest, [...path.slice(0, -1), TRACE_KEY])
  return [valueAt(found.manifest, path), beside].filter((value) => value !== undefined)
}

/** Whether the object is there when the same is rendered once more: what a chart calls otherwise each time can't be traced. */
export async function isSteady(question: Pick<Question, 'object'>, scene: Scene): Promise<boolean> {
  const again = (): Promise<readonly RenderedObject[] | Refused> =>
    renderTrace(scene, (input) => ({ ...input, fresh: true }))
  const { views } = await keptBulk(scene.source, 'again', () => [{ sort: undefined }], again)
  return views.every(({ objects }) => findObject(objects, question.object.key) !== undefined)
}

export type Shown<Candidate> = {
  readonly found: readonly Traced<Candidate>[]
  /** A render in which the object is not there: its candidates may be tried without the others. */
  readonly gone: boolean
}

/** The candidates whose sentinels the field shows. */
export function shownIn<Candidate extends Pick<HelmCandidate, 'sentinel'>>(
  question: Pick<Question, 'object' | 'place' | 'current'>,
  { views }: Bulk<Candidate>,
): Shown<Candidate> {
  const found = views.flatMap(({ candidates, objects }) =>
    fieldIn(question, objects).flatMap((rendered) =>
      String(rendered) === String(question.current)
        ? []
        : candidates.flatMap((candidate) =>
            shows(rendered, candidate.sentinel) ? [{ candidate, rendered: String(rendered) }] : [],
          ),
    ),
  )
  const gone = views.some(({ objects }) => findObject(objects, question.object.key) === undefined)
  return { found, gone }
}

/** The candidates whose sentinels were in a render that has the object. */
export function triedFor<Candidate>(question: Pick<Question, 'object'>, { views }: Bulk<Candidate>): Candidate[] {
  return views.flatMap(({ candidates, objects }) =>
    findObject(objects, question.object.key) === undefined ? [] : candidates,
  )
}
