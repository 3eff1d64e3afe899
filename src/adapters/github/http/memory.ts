import type { ApiPull } from '../api.ts'

/** What a client remembers of a repository: disposable, only ids that do not change and pull requests that have ended. */
export type Memory = {
  repositoryId: string | undefined
  /** Undefined where there is no such label. */
  readonly labels: Map<string, string | undefined>
  readonly people: Map<string, string | undefined>
  /** Ids of pull requests by number. */
  readonly pulls: Map<number, string>
  readonly ended: Ended
}

/** Ended pull requests of ours by number: all that changed from `fromMs` to `toMs`, by the times of their changes. */
export type Ended = {
  readonly pulls: Map<number, ApiPull>
  /** Infinity where nothing was read. */
  fromMs: number
  toMs: number
  /** Whether there was more before `fromMs` than can be read. */
  cut: boolean
}

export function emptyMemory(): Memory {
  return {
    repositoryId: undefined,
    labels: new Map(),
    people: new Map(),
    pulls: new Map(),
    ended: { pulls: new Map(), fromMs: Number.POSITIVE_INFINITY, toMs: 0, cut: false },
  }
}
