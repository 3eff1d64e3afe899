import { type Answer, type Ask, askKey } from '../detection/index.ts'
import {
  type EditOutcome,
  type Finding,
  formatSubject,
  type Lane,
  laneOf,
  type Policy,
  type Subject,
} from '../domain/index.ts'
import type { OwnerRule } from '../policy/index.ts'
import type { Forge } from '../ports/index.ts'
import type { RenderedApplication, RenderRefusal } from '../source/index.ts'

/** What may be forgotten at any moment: everything here is recomputed from Git and Prometheus when it is missing. */
export type Memory = {
  /** Findings of the models at one point of the history grid, on all lanes but those of `without`. */
  modelled?: { readonly endMs: number; readonly without: ReadonlySet<Lane>; readonly findings: readonly Finding[] }
  readonly models: AnswerBook
  /** Whether fits are under way beside the ticks. */
  learning: boolean
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

/** What is known of the models of each series: fits and tails, by what they are made of. */
export class AnswerBook {
  readonly #known = new Map<string, Map<string, Answer>>()

  get(subject: Subject, ask: Ask): Answer | undefined {
    return this.#known.get(keyOf(subject))?.get(askKey(ask))
  }

  /** Keeps new answers, and of the old ones those that are still asked for. What failed says nothing of the data, so it is not kept. */
  keep(subject: Subject, asks: readonly Ask[], found: readonly Answer[]): void {
    const known = new Map<string, Answer>()
    const key = keyOf(subject)
    const before = this.#known.get(key)
    for (const ask of asks) {
      const answer = before?.get(askKey(ask))
      if (answer !== undefined) known.set(askKey(ask), answer)
    }
    for (const answer of found) if (!hasFailed(answer)) known.set(askKey(answer), answer)
    this.#known.set(key, known)
  }
}

function keyOf(subject: Subject): string {
  return `${laneOf(subject)}/${formatSubject(subject)}`
}

function hasFailed(answer: Answer): boolean {
  return answer.kind === 'fit' && !answer.outcome.fitted && answer.outcome.why === 'failed'
}

const MOST_RENDERS = 500

export function emptyMemory(): Memory {
  return {
    models: new AnswerBook(),
    learning: false,
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
