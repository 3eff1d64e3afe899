import type { Judgement } from '../detection/index.ts'
import type { EditOutcome, Lane, Policy } from '../domain/index.ts'
import type { OwnerRule } from '../policy/index.ts'
import type { Forge } from '../ports/index.ts'
import type { RenderedApplication, RenderRefusal } from '../source/index.ts'
import { AnswerBook, type Keeping } from './answer-book.ts'
import type { Fitting } from './fitting.ts'
import type { ModelSight } from './models.ts'
import type { Recent } from './recent.ts'

/** What may be forgotten at any moment: everything here is recomputed from Git and Prometheus when it is missing. */
export type Memory = {
  /** Findings of the models at one point of the history grid, on all lanes but those of `without`. */
  modelled?: ModelSight & { readonly endMs: number; readonly terms: string; readonly without: ReadonlySet<Lane> }
  /** The newest samples of the whole cluster, as they were read last. */
  recent?: Recent
  readonly models: AnswerBook
  /** What was judged of each series, by its name. */
  readonly judged: Map<string, Judgement>
  readonly fitting: Fitting
  /** By Application digest and tree oid. */
  readonly rendered: Map<string, Promise<RenderedApplication | RenderRefusal>>
  /** Proofs of open attempts, by all that they were made from. */
  readonly proofs: Map<string, Promise<EditOutcome>>
  /** By tree oid of the repository. */
  readonly policies: Map<string, { readonly policies: readonly Policy[]; readonly problems: readonly string[] }>
  /** Revisions that are known to contain a commit: `revision commit`. */
  readonly contains: Map<string, true>
  /** Verdicts of the gates that a check run last showed, by repository and number: the same ones are not written again. */
  readonly shown: Map<string, string>
  /** Pull requests that were given their labels and reviewers once more, by repository and number. */
  readonly given: Map<string, true>
  /** Paths at which a merge commit holds something else than was proven, by its id. */
  readonly drift: Map<string, readonly string[]>
  /** Rules of CODEOWNERS by tree oid; `failed` where the file could not be read. */
  readonly owners: Map<string, readonly OwnerRule[] | 'none' | 'failed'>
  /** Pull requests that the forge was last seen to merge by itself for us, by repository and number. */
  readonly armed: Map<string, { readonly forge: Forge; readonly pull: number; readonly how: 'auto-merge' | 'queue' }>
  ticks: number
}

const MOST_RENDERS = 500

/** `keeping` says where models are kept for later processes; nowhere where it is left out. */
export function emptyMemory(keeping?: Keeping): Memory {
  return {
    models: new AnswerBook(keeping),
    judged: new Map(),
    fitting: { wanted: new Map(), names: new Map(), running: false },
    rendered: new Map(),
    proofs: new Map(),
    policies: new Map(),
    contains: new Map(),
    shown: new Map(),
    given: new Map(),
    drift: new Map(),
    owners: new Map(),
    armed: new Map(),
    ticks: 0,
  }
}

/** Drops the oldest entries of a cache that has grown past its bound. */
export function trim(cache: Map<string, unknown>, most: number = MOST_RENDERS): void {
  for (const key of cache.keys()) {
    if (cache.size <= most) return
    cache.delete(key)
  }
}
