import type { Application } from '../domain/index.ts'
import { formatObjectKey, type Reason, type RenderedChange } from '../domain/index.ts'
import { compareRenders, type ObjectChange } from './compare.ts'
import { type MomentInput, type Moments, momentsOf } from './moments.ts'
import { extraChanges, renderedChange } from './prove.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import type { RenderedState } from './render.ts'
import { type TakenBack, takeBack } from './take-back.ts'
import { findTarget, type Target } from './target.ts'

export type BisectInput = MomentInput & {
  readonly target: Target
  /** Other Applications that may read what an edit would touch. */
  readonly others?: readonly Application[]
}

/** A commit that changed what is rendered of the object. */
export type Cause = {
  readonly revision: string
  /** Commits before it that can't be rendered: one of these may have made the change. */
  readonly maybe: readonly string[]
  /** Leaves of the object that differ; what a Secret holds is not shown. */
  readonly changes: readonly RenderedChange[]
  /** Other objects of the Application that the commit changed. */
  readonly others: readonly string[]
  /** Files that the Application reads and that the commit changed, `repository#path` for those of another repository. */
  readonly files: readonly string[]
  /** What would take just that part back at the last commit. */
  readonly back: TakenBack
}

export type Unrendered = { readonly revision: string; readonly reason: Reason; readonly message: string }

export type BisectOutcome =
  | {
      readonly outcome: 'found'
      /** Oldest first. */
      readonly causes: readonly Cause[]
      /** Whether every different state was rendered. If not, what was changed and changed back between two equal states is not seen. */
      readonly exact: boolean
      readonly renders: number
      readonly unrendered: readonly Unrendered[]
    }
  | { readonly outcome: 'refused'; readonly reason: Reason; readonly message: string }

/** Commits that are all looked at, and different states that are all rendered; beyond, both are halved. */
const LOOKED_AT = 400
const RENDERED = 48

/** Positions of commits whose inputs differ from the one before; the first is always one. */
async function runsOf(moments: Moments, length: number): Promise<readonly number[]> {
  const starts: number[] = []
  let last: string | undefined
  for (let index = 0; index < length; index += 1) {
    const { key } = await moments.sight(index)
    if (key !== last) starts.push(index)
    last = key
  }
  return starts
}

type Step = { readonly from: number; readonly to: number; readonly between: readonly number[] }

type Search = {
  readonly moments: Moments
  readonly positions: readonly number[]
  readonly target: Target
  readonly unrendered: Map<number, Refused>
}

async function stateAt({ moments, unrendered }: Search, position: number): Promise<RenderedState | undefined> {
  const state = await moments.state(position)
  if (!isRefused(state)) return state
  unrendered.set(position, state)
  return undefined
}

/** What differs of the object between two commits, undefined where one of them is not rendered. */
async function differences(search: Search, from: number, to: number): Promise<readonly ObjectChange[] | undefined> {
  const [before, after] = [await stateAt(search, from), await stateAt(search, to)]
  if (before === undefined || after === undefined) return undefined
  return compareRenders(ofTarget(before, search.target), ofTarget(after, search.target))
}

function ofTarget({ objects }: RenderedState, target: Target): RenderedState['objects'] {
  const object = findTarget(objects, target)
  return isRefused(object) ? [] : [object]
}

/** Every pair of neighbours that are rendered, with what stands between them that is not. */
async function everyStep(search: Search): Promise<readonly Step[]> {
  const steps: Step[] = []
  let [from, between]: [number | undefined, number[]] = [undefined, []]
  for (const position of search.positions) {
    if ((await stateAt(search, position)) === undefined) {
      between.push(position)
      continue
    }
    if (from !== undefined) steps.push({ from, to: position, between })
    from = position
    between = []
  }
  return steps
}

/** Halves as long as the object differs between the ends: not every different state is rendered. */
async function halved(search: Search, low: number, high: number): Promise<readonly Step[]> {
  const { positions } = search
  const [from, to] = [positions[low] ?? 0, positions[high] ?? 0]
  const changes = await differences(search, from, to)
  if (changes?.length === 0) return []
  for (const middle of fromTheMiddle(low, high)) {
    if ((await stateAt(search, positions[middle] ?? 0)) === undefined) continue
    return [...(await halved(search, low, middle)), ...(await halved(search, middle, high))]
  }
  return [{ from, to, between: positions.slice(low + 1, high) }]
}

/** Positions strictly between, the middle one first. */
function fromTheMiddle(low: number, high: number): readonly number[] {
  const middle = (low + high) / 2
  const all = Array.from({ length: Math.max(0, high - low - 1) }, (_, index) => low + 1 + index)
  return all.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
}

function changedInputs(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...paths].filter((path) => before[path] !== after[path]).sort()
}

function nameOf(change: ObjectChange): string {
  return formatObjectKey(change.key)
}

async function causeOf(input: BisectInput, search: Search, step: Step): Promise<Cause | Refused | undefined> {
  const { moments, target } = search
  const [before, after] = [await moments.state(step.from), await moments.state(step.to)]
  if (isRefused(before) || isRefused(after)) return undefined
  const [from, to] = [await moments.sight(step.from), await moments.sight(step.to)]
  // What varies by itself is no commit's doing.
  const all = await extraChanges(before, compareRenders(before.objects, after.objects), from.sources, input.deps)
  if (isRefused(all)) return all
  const own = new Set([...ofTarget(before, target), ...ofTarget(after, target)].map(({ key }) => formatObjectKey(key)))
  const changes = all.filter((change) => own.has(nameOf(change)))
  if (changes.length === 0) return undefined
  const now = await moments.sight(input.history.length - 1)
  const revisionAt = (position: number): string => input.history[position]?.revision ?? ''
  return {
    revision: revisionAt(step.to),
    maybe: step.between.map(revisionAt),
    changes: changes.map(renderedChange),
    others: [...new Set(all.filter((change) => !own.has(nameOf(change))).map(nameOf))],
    files: changedInputs(from.inputs, to.inputs),
    back: await takeBack({ ...input, from, to, now, changes }),
  }
}

async function causesOf(input: BisectInput, moments: Moments): Promise<BisectOutcome | Refused> {
  const { history, target } = input
  const last = history.length - 1
  const all = history.length <= LOOKED_AT
  const runs = all ? await runsOf(moments, history.length) : history.map((_, index) => index)
  const positions = runs.at(-1) === last || all ? runs : [...runs, last]
  const search: Search = { moments, positions, target, unrendered: new Map() }
  const ends = await checkEnds(search, last)
  if (ends !== undefined) return ends
  const exact = all && positions.length <= RENDERED
  const steps = exact ? await everyStep(search) : await halved(search, 0, positions.length - 1)
  const causes: Cause[] = []
  for (const step of steps) {
    const cause = await causeOf(input, search, step)
    if (isRefused(cause)) return cause
    if (cause !== undefined) causes.push(cause)
  }
  if (causes.length === 0) return notGit(input, positions.length)
  const unrendered = [...search.unrendered].map(([position, { reason, message }]) => ({
    revision: history[position]?.revision ?? '',
    reason,
    message,
  }))
  return { outcome: 'found', causes, exact, renders: moments.rendered(), unrendered }
}

/** The last state must be rendered, and one of the ends must have the object. */
async function checkEnds({ moments, target, positions }: Search, last: number): Promise<Refused | undefined> {
  const bad = await moments.state(last)
  if (isRefused(bad)) return bad
  const good = await moments.state(positions[0] ?? 0)
  if (isRefused(good) && good.reason !== 'application-not-found') return good
  const object = findTarget(bad.objects, target)
  if (!isRefused(object)) return undefined
  return !isRefused(good) && ofTarget(good, target).length > 0 ? undefined : object
}

function notGit({ history, target }: BisectInput, states: number): Refused {
  const [good, bad] = [history[0]?.revision.slice(0, 10), history.at(-1)?.revision.slice(0, 10)]
  const commits = history.length === 2 ? '1 commit' : `${history.length - 1} commits`
  const what = `${target.kind} ${target.namespace}/${target.name}`
  return refuse(
    'git-is-not-the-cause',
    `between ${good} and ${bad} (${commits}) ${states} different inputs all render ${what} alike`,
  )
}

/**
 * Finds the commits that changed what is rendered of one object, by rendering: no step has to be better or worse than the one before.
 * Commits that leave everything alone that the Application reads are told by blob ids; equal inputs are rendered once. Of each such
 * commit: the changed leaves, the other objects, and the edit that takes just that part back today. `git-is-not-the-cause` where no
 * commit changed the object; a commit that can't be rendered is passed over and named.
 */
export async function bisect(input: BisectInput): Promise<BisectOutcome> {
  if (input.history.length === 0)
    return { outcome: 'refused', reason: 'conflict', message: 'there is no commit to look at' }
  const outcome = await causesOf(input, momentsOf(input))
  return isRefused(outcome) ? { outcome: 'refused', reason: outcome.reason, message: outcome.message } : outcome
}
