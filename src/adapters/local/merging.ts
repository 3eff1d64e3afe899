import { keepConclusion, type Reason } from '../../domain/index.ts'
import type { MergeResult } from '../../ports/index.ts'
import { dataFile, type LoadedPull, PULL_FILES, type PullData, textFile } from './pull-record.ts'
import {
  current,
  type Desk,
  dropBranch,
  dropOpen,
  headRef,
  lostRace,
  pullRef,
  type Refs,
  ROUNDS,
  writeRecord,
} from './pulls.ts'
import type { FileWrite, Listing } from './store.ts'

type Who = 'bot' | 'person'

/** Merges as a squash on the present head of the base, only while the head of the pull request is `sha` and ours. */
export async function merge(desk: Desk, number: number, sha: string, who: Who): Promise<MergeResult> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await tryMerge(desk, number, sha, who)
    if (result !== undefined) return result
  }
  return { result: 'recompute', reason: 'base-moved' }
}

function stopped(pull: LoadedPull | undefined, refs: Refs, sha: string): MergeResult | undefined {
  if (pull === undefined || !pull.ours) return { result: 'stopped', reason: 'tampered' }
  const { data } = pull
  if (data.state === 'merged' && data.mergeCommit !== undefined) return { result: 'merged', commit: data.mergeCommit }
  if (data.state !== 'open')
    return { result: 'stopped', reason: data.endedBy === 'person' ? 'closed-by-person' : 'superseded' }
  const tip = refs.get(headRef(data.branch))
  const ours = tip === data.headSha || tip === data.previousHead
  return ours && data.headSha === sha ? undefined : { result: 'stopped', reason: 'head-not-ours' }
}

/** Why the change may not go onto this base as it is. A person may merge over inputs that changed, never over a conflict. */
function mustRecompute(data: PullData, base: Listing, who: Who): Reason | undefined {
  const conflict = Object.entries(data.blobs).some(([path, blob]) => base.entries.get(path)?.oid !== blob.before)
  if (conflict) return 'conflict'
  const moved = Object.entries(data.inputs).some(([path, oid]) => base.entries.get(path)?.oid !== oid)
  return moved && who === 'bot' ? 'base-moved' : undefined
}

async function changedFiles(desk: Desk, data: PullData): Promise<readonly FileWrite[]> {
  const head = await desk.store.tree(data.headSha)
  return Object.entries(data.blobs).flatMap(([path, { mode }]) => {
    const content = head.bytes(path)
    return content === undefined ? [] : [{ path, content, mode }]
  })
}

async function tryMerge(desk: Desk, number: number, sha: string, who: Who): Promise<MergeResult | undefined> {
  const { refs, pull } = await current(desk, number)
  const answer = stopped(pull, refs, sha)
  if (answer !== undefined || pull === undefined) return answer
  const { data } = pull
  const base = refs.get(headRef(data.base.branch))
  if (base === undefined) return { result: 'recompute', reason: 'base-moved' }
  const reason = mustRecompute(data, await desk.store.listing(base), who)
  if (reason !== undefined) return { result: 'recompute', reason }
  const atMs = desk.clock.now()
  const commit = await desk.store.writeCommit({
    tree: await desk.store.writeTree(base, await changedFiles(desk, data)),
    parents: [base],
    author: who === 'bot' ? desk.bot : desk.reviewer,
    atMs,
    message: data.commitMessage,
  })
  const merged: PullData = { ...data, state: 'merged', endedBy: who, endedAtMs: atMs, mergeCommit: commit }
  const written = await writeRecord(desk, pull, [dataFile(merged)], merged)
  const done = await desk.store.update([
    { ref: headRef(data.base.branch), from: base, to: commit },
    { ref: pullRef(number), from: pull.oid, to: written.oid },
    ...dropOpen(refs, data.branch),
    ...dropBranch(refs, data),
  ])
  return done ? { result: 'merged', commit } : undefined
}

/** Closes an open pull request; one that ended already stays as it ended. Its branch goes too, unless somebody else's commits are on it. */
export async function close(
  desk: Desk,
  number: number,
  end: { readonly who: Who; readonly reason: Reason; readonly text: string | undefined },
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { refs, pull } = await current(desk, number)
    if (pull === undefined || !pull.ours || pull.data.state !== 'open') return false
    const data: PullData = {
      ...pull.data,
      state: 'closed',
      endedBy: end.who,
      endedFor: end.reason,
      endedAtMs: desk.clock.now(),
    }
    const words = end.text === undefined ? [] : [textFile(PULL_FILES.comment, keepConclusion(pull.comment, end.text))]
    const written = await writeRecord(desk, pull, [dataFile(data), ...words], data)
    const done = await desk.store.update([
      { ref: pullRef(number), from: pull.oid, to: written.oid },
      ...dropOpen(refs, data.branch),
      ...dropBranch(refs, data),
    ])
    if (done) return true
  }
  throw lostRace(`pull request ${number}`)
}
