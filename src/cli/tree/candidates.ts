import type { Application } from '../../domain/index.ts'
import { likelihood, mayRender, type Sources, type Target } from '../../source/index.ts'
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
}

/** The Applications of a tree by whether they may render the target, as `mayRender` tells it from their text. */
export function candidatesIn(request: TreeRequest, target: Target): Candidates {
  const { sources, checkout, discovery } = request
  const others = discovery.found.map(({ application }) => application)
  const candidates = others
    .map((application) => ({ application, sources, checkout, others }))
    .sort((a, b) => likelihood(b.application, target) - likelihood(a.application, target))
  const likely = candidates.filter(({ application }) => mayRender(application, sources, target))
  const chosen = new Set(likely)
  return { likely, rest: candidates.filter((one) => !chosen.has(one)) }
}
