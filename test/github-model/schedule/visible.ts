import type { ModelRepository } from '../repository.ts'

/** What anybody can see of a repository, without ids and times that differ from one world to another. */
export type Visible = {
  /** Names of trees: those are the same everywhere. */
  readonly branches: Readonly<Record<string, string>>
  readonly pulls: readonly {
    readonly number: number
    readonly state: string
    readonly branch: string
    readonly base: string
    readonly title: string
    readonly body: string
    readonly author: string
    readonly headTree: string
    readonly labels: readonly string[]
    readonly comments: readonly { readonly author: string; readonly body: string }[]
    readonly reviews: readonly string[]
    readonly endedBy: string
  }[]
  readonly checks: readonly string[]
}

/** Text without anything that follows from ids of commits or from the time. */
export function worldless(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/<!-- kintsugi:before v1 [^>]*-->/g, '<!-- before -->')
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/\b[0-9a-f]{40}\b/g, '<oid>')
    .replace(/<!-- kintsugi:answer v1 [0-9a-f]{16} -->/g, '<!-- answer -->')
    .replace(/"(?:decidedAtMs|atMs)":\d+/g, '"atMs":0')
    .trimEnd()
}

export function visibleOf(repository: ModelRepository): Visible {
  const { state, objects } = repository
  const tree = (oid: string | undefined): string => objects.commits.get(oid ?? '')?.tree ?? ''
  return {
    branches: Object.fromEntries([...state.branches].map(([name, oid]): [string, string] => [name, tree(oid)]).sort()),
    pulls: [...state.pulls.values()].map((pull) => {
      return {
        number: pull.number,
        state: pull.state,
        branch: pull.branch,
        base: pull.base,
        title: pull.title,
        body: worldless(pull.body),
        author: pull.author.login,
        headTree: tree(pull.headOid),
        labels: [...pull.labels].sort(),
        comments: pull.comments.map(({ author, body }) => ({ author: author.login, body: worldless(body) })),
        reviews: pull.reviews.map(({ by, state: opinion }) => `${by.login} ${opinion}`),
        endedBy: pull.endedBy?.login ?? '',
      }
    }),
    checks: newest(
      state.checks.map(({ name, sha, status, conclusion, reporter }) => ({
        key: `${reporter.login} ${name} ${tree(sha)}`,
        state: `${status} ${conclusion ?? ''}`,
      })),
    ),
  }
}

/** The last report of each reporter and name on a tree. */
export function newest(rows: readonly { readonly key: string; readonly state: string }[]): readonly string[] {
  return [...new Map(rows.map(({ key, state }) => [key, state]))].map(([key, state]) => `${key} ${state}`).sort()
}
