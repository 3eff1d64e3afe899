import type { ApiPull } from '../api.ts'

/** What a client remembers of a repository: disposable, only ids that do not change and pull requests that have ended. */
export type Memory = {
  repositoryId: string | undefined
  /** Undefined where there is no such label. */
  readonly labels: Map<string, string | undefined>
  readonly people: Map<string, string | undefined>
  /** Ids of pull requests by number. */
  readonly pulls: Map<number, string>
  /** Ended pull requests of ours by number: all that ended since `endedSinceMs`, as of `seenMs`. */
  readonly ended: Map<number, ApiPull>
  endedSinceMs: number
  /** Newest change that was seen of any ended pull request. */
  seenMs: number
}

export function emptyMemory(): Memory {
  return {
    repositoryId: undefined,
    labels: new Map(),
    people: new Map(),
    pulls: new Map(),
    ended: new Map(),
    endedSinceMs: Number.POSITIVE_INFINITY,
    seenMs: 0,
  }
}
