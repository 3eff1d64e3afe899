import {
  type AuditHead,
  type Gate,
  KintsugiError,
  type Lane,
  type Pull,
  type ReadAttempt,
  type Reason,
} from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { type Bounds, isBranchName } from '../forge-limits/index.ts'
import type { ApiRepository, GitHubApi, Mirror, RepositoryQuery } from './api.ts'
import { writes } from './calls.ts'
import type { Folders } from './tree-oid.ts'

/** What a check run shows. Each text at most 65,535 characters, and safe to be shown. */
export type CheckText = {
  readonly conclusion: 'success' | 'neutral'
  readonly title: string
  readonly summary: string
}

export type GitHubForgeOptions = {
  /** Names the repository, as Applications write it. */
  readonly url: string
  readonly branchPrefix: string
  readonly clock: Clock
  readonly mirror: Mirror
  /** The branch of a lane. */
  readonly branchOf: (lane: Lane) => string
  /** What is believed of a pull request: before a merge it is asked for what was proven. */
  readonly read: (pull: Pull) => ReadAttempt
  /** How gates are shown to people. */
  readonly checkText: (gates: readonly Gate[]) => CheckText
  /** Base branches that are bound; every branch but the bot's own where left out. */
  readonly bases?: readonly string[]
  /** Whether a binding covers a path; every path that is not forbidden where left out. */
  readonly covers?: (path: string) => boolean
  /** Label of the living issues; `kintsugi` where left out. */
  readonly issueLabel?: string
  /** Name of the check run; `kintsugi` where left out. */
  readonly checkName?: string
  /**
   * `absent` where the server does not sign commits of apps (GHES without web commit signing): a commit is then believed by its accounts
   * alone, and shown as not verified. Never on github.com, where anybody who may push could forge that.
   */
  readonly signatures?: 'required' | 'absent'
  /** Refuses every write with KIN-9001, for dry runs. */
  readonly readOnly?: boolean
  /** Names this writer's audit chain. */
  readonly writer?: string
}

/** What was seen, as hints that save requests. Losing or doubting them costs a request and nothing else. */
export type Hints = {
  defaultBranch?: string
  issues?: boolean
  /** Text that a thing of ours got from this process, by its key: a list that does not show it yet is not believed for 2 minutes. */
  readonly written: Map<string, { readonly id: string; readonly text: string; readonly atMs: number }>
  /** The head of the audit branch that this process made or read, and the newest file of its chain there. */
  audit?: { readonly commit: string; readonly head: AuditHead | undefined }
  /** Folders of trees, by the id of the tree. */
  readonly folders: Map<string, Folders>
  /** Commits of others that our check lets pass. */
  readonly passed: Set<string>
  /** One writer of a key at a time. */
  readonly turns: Map<string, Promise<unknown>>
}

/** Everything that the verbs work on. */
export type Desk = {
  readonly api: GitHubApi
  readonly options: GitHubForgeOptions
  readonly mirror: Mirror
  readonly clock: Clock
  readonly bounds: Bounds
  readonly label: string
  readonly checkName: string
  readonly signed: boolean
  readonly hints: Hints
}

/** Rounds of looking and writing before a write is parked. */
export const ROUNDS = 3
const RECENT_MS = 7 * 24 * 3_600_000
const STALE_READS_MS = 120_000

function guarded(api: GitHubApi): GitHubApi {
  const refuse = (): Promise<never> => Promise.reject(new KintsugiError('KIN-9001', 'a dry run tried to write'))
  // A proxy and no copy: an implementation may be a class.
  return new Proxy(api, { get: (target, name) => (writes(String(name)) ? refuse : bound(target, name)) })
}

function bound(api: GitHubApi, name: string | symbol): unknown {
  const value: unknown = Reflect.get(api, name)
  return typeof value === 'function' ? value.bind(api) : value
}

export function deskOf(api: GitHubApi, options: GitHubForgeOptions): Desk {
  if (!isBranchName(options.branchPrefix))
    throw new KintsugiError('KIN-2001', 'branchPrefix is not a name for branches')
  return {
    api: options.readOnly === true ? guarded(api) : api,
    options,
    mirror: options.mirror,
    clock: options.clock,
    bounds: { prefix: options.branchPrefix, bases: options.bases, covers: options.covers ?? (() => true) },
    label: options.issueLabel ?? 'kintsugi',
    checkName: options.checkName ?? 'kintsugi',
    signed: options.signatures !== 'absent',
    hints: { written: new Map(), folders: new Map(), passed: new Set(), turns: new Map() },
  }
}

export type Asked = {
  readonly base: string
  readonly heads?: readonly string[]
  readonly labels?: readonly string[]
  readonly issues?: boolean
}

/** R. Throws KIN-4005 where the repository is not to be seen. */
export async function ask(desk: Desk, { base, heads, labels, issues }: Asked): Promise<ApiRepository> {
  const query: RepositoryQuery = {
    base,
    prefix: desk.bounds.prefix,
    heads: heads ?? [],
    sinceMs: desk.clock.now() - RECENT_MS,
    labels: labels ?? [],
    ...(issues === true ? { issueLabel: desk.label } : {}),
  }
  const there = await desk.api.repository(query)
  if (there === undefined)
    throw new KintsugiError(
      'KIN-4005',
      `${desk.options.url} is not to be seen: it is gone, or the app is not installed there any more`,
    )
  desk.hints.defaultBranch = there.defaultBranch
  desk.hints.issues = there.issues
  return there
}

/** Runs writers of one key one after the other: two of this process must not both find nothing there. */
export async function inTurn<Value>(desk: Desk, key: string, run: () => Promise<Value>): Promise<Value> {
  const { turns } = desk.hints
  const mine = (turns.get(key) ?? Promise.resolve()).then(run, run)
  turns.set(key, mine)
  try {
    return await mine
  } finally {
    if (turns.get(key) === mine) turns.delete(key)
  }
}

/** What this process has just written under a key, where a list may not show it yet. */
export function justWritten(desk: Desk, key: string): { readonly id: string; readonly text: string } | undefined {
  const { written } = desk.hints
  for (const [one, { atMs }] of written) if (desk.clock.now() - atMs > STALE_READS_MS) written.delete(one)
  return written.get(key)
}

export function noteWritten(desk: Desk, key: string, id: string, text: string): void {
  desk.hints.written.set(key, { id, text, atMs: desk.clock.now() })
}

/** A short wait before the next look at what became of an unclear write. */
export async function pause(desk: Desk, round: number): Promise<void> {
  await desk.clock.sleep(1000 * (round + 1))
}

export type Denied = { readonly reason: Reason; readonly message: string }
