import type { Application } from '../../domain/index.ts'
import { likelihood, mayRender, type RenderDeps, rootsOf, type Sources, type Target } from '../../source/index.ts'
import type { NamedApplications } from '../application-files.ts'
import type { Checkout } from './checkouts.ts'
import type { TreeRequest } from './tree-request.ts'

/** An Application that may render what is asked for, with the folders that it is read from. */
export type Candidate = {
  readonly application: Application
  readonly sources: Sources
  readonly checkout: (repoURL: string) => Checkout | undefined
  readonly others: readonly Application[]
}

export type Candidates = {
  /** All of them are asked: that only one renders the target has to be seen. The likeliest comes first. */
  readonly likely: readonly Candidate[]
  /** Asked when none of those renders it. */
  readonly rest: readonly Candidate[]
  /** Keeps which ones have been seen to render the target: while the trees stay as they are, no other one has to be asked again. */
  readonly remember: (rendering: readonly Candidate[]) => Promise<void>
}

/** Everything that `locate`, `edit` and `where` read from the command line and the disk. */
export type SourceRequest = Candidates & {
  readonly home: Checkout
  readonly refused: NamedApplications['refused']
  readonly deps: RenderDeps
  /** Keeps what was worked out for the next run. */
  readonly keep: () => Promise<void>
  /** What a person should know of how the tree was read. */
  readonly note?: string
}

/** Every Application of the tree; of a tree that has none, what could be deployed from it. */
export function candidatesOf(request: TreeRequest): readonly Candidate[] {
  const { home, repoURL, sources, checkout, discovery } = request
  const found = discovery.found.map(({ application }) => application)
  const others =
    found.length > 0 ? found : rootsOf(home.tree, repoURL, [], sources).map(({ application }) => application)
  return others.map((application) => ({ application, sources, checkout, others }))
}

/**
 * The Applications of a tree by whether they may render the target, as `mayRender` tells it from their text, or as an earlier run has seen
 * on these very trees.
 */
export async function candidatesIn(request: TreeRequest, target: Target): Promise<Candidates> {
  const { sources, kept } = request
  const all = candidatesOf(request)
  const key =
    kept.key === undefined ? undefined : [kept.key, target.group, target.kind, target.namespace, target.name].join(' ')
  const seen = key === undefined ? undefined : await kept.store?.get(key)
  const remember = async (rendering: readonly Candidate[]): Promise<void> => {
    if (key === undefined || seen !== undefined || rendering.length === 0) return
    await kept.store?.put(
      key,
      rendering.map((one) => all.indexOf(one)),
    )
  }
  if (Array.isArray(seen))
    return { likely: seen.flatMap((position) => all[Number(position)] ?? []), rest: [], remember }
  const isLikely = new Map(all.map((one) => [one, mayRender(one.application, sources, target)]))
  const candidates = all.toSorted((a, b) => likelihood(b.application, target) - likelihood(a.application, target))
  return {
    likely: candidates.filter((one) => isLikely.get(one)),
    rest: candidates.filter((one) => !isLikely.get(one)),
    remember,
  }
}
