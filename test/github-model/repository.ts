import type { Account, Role } from '../../src/domain/index.ts'
import { Objects } from './objects.ts'
import {
  type Actor,
  FIRST_SETTINGS,
  type IssueState,
  NO_BRANCH_RULES,
  type PullState,
  type Rules,
  type Settings,
  type State,
} from './state.ts'

export const WEB_FLOW: Account = { login: 'web-flow', kind: 'user' }
export const OWNER: Account = { login: 'olga', kind: 'user' }

export type RepositoryOptions = {
  readonly owner?: string
  readonly name?: string
  /** First commit of the default branch. */
  readonly files: Readonly<Record<string, string>>
  readonly settings?: Partial<Settings>
  readonly rules?: Partial<Rules>
  readonly labels?: readonly string[]
  readonly roles?: Readonly<Record<string, Role>>
  readonly teams?: Readonly<Record<string, readonly string[]>>
  /** Milliseconds since 1970; GitHub shows whole seconds. */
  readonly now: () => number
  /** Commits made by GitHub are signed; an Enterprise Server may have that switched off. */
  readonly signsWebCommits?: boolean
  /** Logins whose merges pass over every rule without a word, as those of an actor on a bypass list do. */
  readonly bypass?: readonly string[]
  /** The first read after a head or base has moved finds mergeability not computed yet. */
  readonly mergeability?: 'at-once' | 'when-asked'
}

/** A repository on GitHub, in memory: what is there, at this moment and at every earlier one. What may happen to it is in `moves`, `pulls`, `merges` and `people`. */
export class ModelRepository {
  readonly owner: string
  readonly name: string
  readonly objects = new Objects()
  readonly signs: boolean
  readonly bypass: ReadonlySet<string>
  readonly history: State[] = []
  /** Heads and bases whose mergeability somebody has asked for. */
  readonly computed = new Set<string>()
  readonly mergeability: 'at-once' | 'when-asked'
  readonly #now: () => number
  #ids = 0

  constructor(options: RepositoryOptions) {
    this.owner = options.owner ?? 'acme'
    this.name = options.name ?? 'shop'
    this.signs = options.signsWebCommits ?? true
    this.bypass = new Set(options.bypass)
    this.mergeability = options.mergeability ?? 'at-once'
    this.#now = options.now
    const settings = { ...FIRST_SETTINGS, ...options.settings }
    const base = settings.defaultBranch
    const first = this.commit(OWNER, undefined, options.files, 'first\n')
    this.history.push({
      version: 0,
      settings,
      branches: new Map([[base, first]]),
      pulls: new Map(),
      issues: new Map(),
      checks: [],
      rules: new Map([[base, { ...NO_BRANCH_RULES, ...options.rules }]]),
      labels: new Map((options.labels ?? []).map((label) => [label, this.id('LA')])),
      roles: new Map([[OWNER.login, 'admin' as const], ...Object.entries(options.roles ?? {})]),
      teams: new Map(Object.entries(options.teams ?? {})),
      last: 0,
    })
  }

  get state(): State {
    const newest = this.history[this.history.length - 1]
    if (newest === undefined) throw new Error('a repository has a state')
    return newest
  }

  /** The state that many changes ago, or the first. */
  earlier(changes: number): State {
    return this.history[Math.max(0, this.history.length - 1 - changes)] ?? this.state
  }

  /** Takes the repository back to an earlier state of its own. */
  restore(state: State): void {
    this.history.splice(this.history.indexOf(state) + 1)
  }

  set(change: Partial<State>): void {
    this.history.push({ ...this.state, ...change, version: this.state.version + 1 })
  }

  setPull(pull: PullState): void {
    this.set({ pulls: new Map(this.state.pulls).set(pull.number, pull) })
  }

  setIssue(issue: IssueState): void {
    this.set({ issues: new Map(this.state.issues).set(issue.number, issue) })
  }

  /** Milliseconds, in whole seconds. */
  now(): number {
    return Math.floor(this.#now() / 1000) * 1000
  }

  id(kind: string): string {
    return `${kind}_${++this.#ids}`
  }

  rulesOf(branch: string): Rules {
    return this.state.rules.get(branch) ?? NO_BRANCH_RULES
  }

  roleOf(login: string): Role {
    return this.state.roles.get(login) ?? (this.state.settings.visibility === 'public' ? 'read' : 'none')
  }

  /** A commit made with plain git, on a parent; no branch moves. */
  commit(
    by: Account,
    parent: string | undefined,
    files: Readonly<Record<string, string | undefined>>,
    message: string,
    verified = false,
  ): string {
    const bytes = Object.entries(files).map(([path, text]): [string, Uint8Array | undefined] => [
      path,
      text === undefined ? undefined : new TextEncoder().encode(text),
    ])
    return this.objects.putCommit({
      tree: this.objects.treeWith(parent, new Map(bytes)),
      parents: parent === undefined ? [] : [parent],
      message,
      atMs: this.now(),
      author: accountOf(by),
      committer: verified ? WEB_FLOW : accountOf(by),
      verified,
    })
  }
}

export function accountOf(actor: Actor): Account {
  return { login: actor.login, kind: actor.kind }
}

export function openPulls(state: State): readonly PullState[] {
  return [...state.pulls.values()].filter((pull) => pull.state === 'open')
}
