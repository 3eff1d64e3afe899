import { type Gate, KintsugiError, type Pull } from '../../domain/index.ts'
import type { Clock, Forge, MergeResult } from '../../ports/index.ts'
import { isBranchName, isRevision } from '../forge-limits/index.ts'
import { appendAudit, readAudit } from './audit.ts'
import { look } from './looking.ts'
import { close, merge } from './merging.ts'
import { open, refresh, revert, sweep } from './opening.ts'
import { parseGates } from './pull-record.ts'
import { current, type Desk, headRef, loadPulls, settle, show } from './pulls.ts'
import { check, comment, conclude, note } from './saying.ts'
import type { Identity, Store } from './store.ts'

export type ForgeOptions = {
  /** Names the repository, as Applications write it. */
  readonly url: string
  readonly branchPrefix: string
  readonly clock: Clock
  readonly identity?: Identity
  /** Who a merge on the review page is by. */
  readonly reviewer?: Identity
  /** Base branches that are bound; every branch but the bot's own where left out. */
  readonly bases?: readonly string[]
  /** Whether a binding covers a path; every path that is not forbidden where left out. */
  readonly covers?: (path: string) => boolean
  /** Refuses every write with KIN-9001, for dry runs. */
  readonly readOnly?: boolean
  /** Names this writer's audit chain. */
  readonly writer?: string
}

/** What the review page needs beside the port: a person's doors. */
export interface ReviewedForge extends Forge {
  /** Every pull request, by number. */
  pulls(): Promise<readonly Pull[]>
  /** Gates of the last check run. */
  gates(pull: number): Promise<readonly Gate[]>
  /** A person merges: the policy's gates don't bind them, a conflict and somebody else's head do. */
  mergeByPerson(pull: number, sha: string): Promise<MergeResult>
  /** False when it had ended already. */
  closeByPerson(pull: number): Promise<boolean>
}

/** Stands in the place of a lane for the one note of the whole repository. */
const DASHBOARD = 'dashboard'

const BOT: Identity = { name: 'kintsugi', email: 'kintsugi@localhost' }
const REVIEWER: Identity = { name: 'reviewer', email: 'reviewer@localhost' }

function identity(given: Identity | undefined, fallback: Identity): Identity {
  const who = given ?? fallback
  if (/[<>\p{Cc}]/u.test(`${who.name}${who.email}`) || who.name === '' || who.email === '')
    throw new KintsugiError('KIN-2001', 'the name or address of the bot cannot stand in a commit')
  return who
}

function guarded(store: Store): Store {
  const refuse = (): Promise<never> => Promise.reject(new KintsugiError('KIN-9001', 'a dry run tried to write'))
  return { ...store, writeTree: refuse, writeCommit: refuse, update: refuse }
}

function deskOf(store: Store, options: ForgeOptions): Desk {
  if (!isBranchName(options.branchPrefix))
    throw new KintsugiError('KIN-2001', 'branchPrefix is not a name for branches')
  return {
    store: options.readOnly === true ? guarded(store) : store,
    clock: options.clock,
    bot: identity(options.identity, BOT),
    reviewer: identity(options.reviewer, REVIEWER),
    bounds: { prefix: options.branchPrefix, bases: options.bases, covers: options.covers ?? (() => true) },
    url: options.url,
    readOnly: options.readOnly ?? false,
    loaded: new Map(),
  }
}

/** The local forge's rules on any store of Git objects and refs (PROTOCOL 10). */
export function forgeOn(store: Store, options: ForgeOptions): ReviewedForge {
  const desk = deskOf(store, options)
  const writer = options.writer ?? 'local'
  if (!/^[a-z0-9-]{1,40}$/.test(writer)) throw new KintsugiError('KIN-2001', 'the name of an audit writer is not plain')
  return {
    repository: options.url,
    look: (base, lanes) => look(desk, base, lanes),
    tree: (revision) => store.tree(revision),
    defaultBranch: () => store.defaultBranch(),
    head: async (branch) => (await store.refs()).get(headRef(branch)),
    open: (proposal) => open(desk, proposal),
    refresh: (pull, proposal) => refresh(desk, pull, proposal),
    merge: (pull, sha) => merge(desk, pull, sha, 'bot'),
    arm: async () => ({
      result: 'refused',
      reason: 'no-required-check',
      message: 'a bare repository has no checks to wait for',
    }),
    disarm: async () => {},
    dequeue: async () => true,
    checkGroup: async () => {},
    say: (place, text) =>
      'pull' in place ? comment(desk, place.pull, text) : note(desk, 'lane' in place ? place.lane : DASHBOARD, text),
    check: (pull, gates) => check(desk, pull, gates),
    conclude: (pull, conclusion, text) => conclude(desk, pull, conclusion, text),
    revert: (pull, proposal) => revert(desk, pull, proposal),
    close: async (pull, reason, text) => {
      await close(desk, pull, { who: 'bot', reason, text })
    },
    answer: () => Promise.reject(new KintsugiError('KIN-9001', 'a bare repository has no comments that command')),
    // Nobody is known here, so nobody may command.
    roleOf: async () => 'none',
    inTeam: async () => 'unknown',
    sweep: () => sweep(desk),
    contains: async (revision, commit) =>
      isRevision(revision) && isRevision(commit) && store.contains(revision, commit),
    commitsTouching: async (paths, from, limit) => {
      const revision = isRevision(from) ? from : (await store.refs()).get(headRef(from))
      return revision === undefined ? [] : store.log(revision, paths, limit)
    },
    audit: (known) => readAudit(desk, writer, known),
    appendAudit: (records) => appendAudit(desk, writer, records),
    pulls: async () => {
      const refs = await store.refs()
      return (await settle(desk, refs, await loadPulls(desk, refs))).map((pull) => show(desk, refs, pull))
    },
    gates: async (pull) => parseGates((await current(desk, pull)).pull?.check),
    mergeByPerson: (pull, sha) => merge(desk, pull, sha, 'person'),
    closeByPerson: (pull) => close(desk, pull, { who: 'person', reason: 'closed-by-person', text: undefined }),
  }
}
