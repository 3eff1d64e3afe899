import { blobOid, type Proposal } from '../../domain/index.ts'
import { refusalOn } from '../forge-limits/index.ts'
import type { ApiCommit, ApiListing, ApiRepository } from './api.ts'
import { isOwnCommit } from './authority.ts'
import type { Denied, Desk } from './desk.ts'
import { type Folders, foldersOf, oidWith } from './tree-oid.ts'

const MOST_BASES = 3

/** The part of a proposal that is sent; what offers our settings has no more. */
export type Sent = Omit<Proposal, 'record' | 'proof' | 'edits'> & {
  /** Without a check run: an offer of settings has no gates, and a check that never ends would stand there for good. */
  readonly unjudged?: true
  /** A revert. */
  readonly urgent?: true
}

export function sentOf({ record, proof: _proof, edits: _edits, ...sent }: Proposal): Sent {
  return record.kind === 'revert' ? { ...sent, urgent: true } : sent
}

/** What is sent, with the tree that its commit has to have. */
export type Plan = { readonly tree: string; readonly proposal: Sent }

export function isDenied(value: object): value is Denied {
  return 'reason' in value && 'message' in value
}

/** The tree of the proposal's commit, computed here: exactly the planned blobs are new, and modes are kept. No request when warm. */
export async function planOf(desk: Desk, proposal: Sent): Promise<Plan | Denied> {
  const before = await desk.mirror.listing(proposal.base.revision)
  const folders = knownFolders(desk, before)
  if (oidWith(folders) !== before.tree)
    return {
      reason: 'unsafe-path',
      message: `a name in ${proposal.base.revision} is not UTF-8, so its tree cannot be computed`,
    }
  const leaves = new Map(before.entries.map((entry) => [entry.path, entry]))
  const paths = proposal.files.map(({ path }) => path)
  const refusal = refusalOn(leaves, paths)
  if (refusal !== undefined) return refusal
  const executable = paths.find((path) => leaves.get(path)?.mode === '100755')
  if (executable !== undefined) return { reason: 'executable-file', message: `${executable} is executable` }
  const tree = oidWith(folders, new Map(proposal.files.map(({ path, content }) => [path, blobOid(content)])))
  if (tree === before.tree) return { reason: 'no-effect', message: 'the files are on the base already' }
  return { tree, proposal }
}

/** The folders of the bases that were worked on last. */
function knownFolders({ hints: { folders } }: Desk, { tree, entries }: ApiListing): Folders {
  const known = folders.get(tree) ?? foldersOf(entries)
  folders.delete(tree)
  folders.set(tree, known)
  for (const oldest of folders.keys()) if (folders.size > MOST_BASES) folders.delete(oldest)
  return known
}

/** Whether a commit is the one that was planned. */
export function isPlanned(desk: Desk, commit: ApiCommit | undefined, { tree, proposal }: Plan): boolean {
  if (!isOwnCommit(desk, commit)) return false
  const same = commit.message.trimEnd() === proposal.commitMessage.trimEnd()
  return same && commit.tree === tree && commit.parents[0] === proposal.base.revision
}

/** Why a proposal does not fit the base as it is now: its files must stand there as they did where it was computed. */
export async function baseRefusal(
  desk: Desk,
  there: ApiRepository,
  { base, files }: Sent,
): Promise<Denied | undefined> {
  if (there.base === undefined) return { reason: 'not-bound', message: `there is no branch ${base.branch}` }
  if (there.base.oid === base.revision) return undefined
  const changed = await changedSince(desk, base.revision, there.base.oid)
  if (changed === undefined)
    return { reason: 'base-moved', message: `${base.branch} does not hold the base of the proposal` }
  const hit = files.find(({ path }) => changed.has(path))
  return hit && { reason: 'base-moved', message: `${hit.path} was changed on ${base.branch} meanwhile` }
}

function changedIn(
  files: readonly { readonly path: string; readonly oid: string | undefined; readonly previousPath?: string }[],
): ReadonlyMap<string, string | undefined> {
  const gone = files.flatMap(({ previousPath }): [string, undefined][] =>
    previousPath === undefined ? [] : [[previousPath, undefined]],
  )
  return new Map<string, string | undefined>([
    ...gone,
    ...files.map(({ path, oid }): [string, string | undefined] => [path, oid]),
  ])
}

/** Paths in which two commits differ, with what the second has there. Links between them need not exist. */
export async function changedBetween(
  desk: Desk,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const [then, now] = [await desk.mirror.listing(from), await desk.mirror.listing(to)]
  const old = new Map(then.entries.map((entry) => [entry.path, entry]))
  const changed = new Map<string, string | undefined>()
  for (const entry of now.entries) {
    const was = old.get(entry.path)
    if (was?.oid !== entry.oid || was.mode !== entry.mode) changed.set(entry.path, entry.oid)
    old.delete(entry.path)
  }
  for (const path of old.keys()) changed.set(path, undefined)
  return changed
}

/** The same by one comparison where GitHub's answer is whole. Undefined where the second does not hold the first. */
export async function changedSince(
  desk: Desk,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, string | undefined> | undefined> {
  if (from === to) return new Map()
  const moved = await desk.api.compare(from, to)
  if (moved?.status !== 'ahead' && moved?.status !== 'identical') return undefined
  return moved.complete ? changedIn(moved.files) : changedBetween(desk, from, to)
}
