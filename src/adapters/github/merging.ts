import type { MergeMethod, Reason } from '../../domain/index.ts'
import type { ArmResult, MergeHow, MergeResult } from '../../ports/index.ts'
import type { ApiPull, ApiRepository, Last, Outcome, Refusal } from './api.ts'
import { isOurs, isOwnCommit, isSelf, type Judged, judge } from './authority.ts'
import { ask, type Desk } from './desk.ts'
import { changedSince } from './planning.ts'
import { mergeAnswer, wordsOf } from './refusals.ts'
import { type Round, rounds } from './rounds.ts'
import { shown } from './showing.ts'

type Answer = Exclude<MergeResult, { readonly result: 'merged' }>

/** What was proven of a pull request: the base it was proven on, and every blob that the proof read. */
type Proven = { readonly base: string; readonly inputs: Readonly<Record<string, string>> }

/**
 * Merges once, pinned to `sha`, after one more look at everything that it rests on. Nothing is asked twice without a look between: an unclear answer
 * is cleared up by reading the pull request.
 */
export async function merge(desk: Desk, number: number, sha: string, how: MergeHow): Promise<MergeResult> {
  const result = await rounds(desk, (round) => tryMerge(desk, { number, sha, how, round }))
  return result ?? { result: 'waiting', by: 'pull-parked' }
}

type Ask = { readonly number: number; readonly sha: string; readonly how: MergeHow; readonly round: Round }

async function tryMerge(desk: Desk, { number, sha, how, round }: Ask): Promise<MergeResult | undefined> {
  const first = await desk.api.pull(number)
  if (first === undefined || !isOurs(desk, first)) return { result: 'stopped', reason: 'tampered' }
  const ended = endedAs(desk, first)
  if (ended !== undefined) return ended.result === 'merged' ? finished(desk, first, ended.commit) : ended
  const there = await ask(desk, { base: first.base })
  const pull = there.open.find((one) => one.number === number) ?? first
  const judged = await judge(desk, pull)
  const proven = provenOf(desk, pull, judged)
  const stop = stoppedBy(there, pull, judged, sha) ?? ('result' in proven ? proven : undefined)
  if (stop !== undefined || 'result' in proven) return stop
  const stale = await mustRecompute(desk, there, pull, proven)
  if (stale !== undefined) return stale
  if (pull.inMergeQueue) return { result: 'waiting', by: 'in-merge-queue' }
  // Asking has made GitHub compute it.
  if (pull.mergeable === 'unknown') return { result: 'waiting', by: 'mergeability-pending' }
  if (!round.mayWrite) return undefined
  const word: { reason?: Reason | undefined } = {}
  const last: Last = async () => {
    word.reason = await how.last?.({ pull: shown(desk, pull, judged), rules: there.rules })
    return word.reason === undefined
  }
  const answer = await sendMerge(desk, number, sha, there.rules.mergeQueue, { ...how, last })
  if (word.reason !== undefined) return { result: 'stopped', reason: word.reason }
  if (!answer.ok) return refusedMerge(desk, number, answer.refusal)
  if (answer.value === null) return { result: 'waiting', by: 'in-merge-queue' }
  return finished(desk, pull, answer.value.commit)
}

function endedAs(desk: Desk, pull: ApiPull): MergeResult | undefined {
  if (pull.state === 'merged')
    return pull.mergeCommit === undefined
      ? { result: 'waiting', by: 'mergeability-pending' }
      : { result: 'merged', commit: pull.mergeCommit }
  if (pull.state === 'open') return undefined
  return { result: 'stopped', reason: isSelf(desk, pull.endedBy) ? 'superseded' : 'closed-by-person' }
}

function stoppedBy(there: ApiRepository, pull: ApiPull, judged: Judged, sha: string): Answer | undefined {
  if (there.archived) return { result: 'stopped', reason: 'repository-unavailable' }
  if (judged.state === 'edited') return { result: 'stopped', reason: 'tampered' }
  if (judged.state === 'flooded') return { result: 'stopped', reason: 'comments-unread' }
  if (judged.state === 'cut' || judged.state === 'updated' || judged.state === 'renamed')
    return { result: 'recompute', reason: 'base-moved' }
  if (judged.state !== 'whole' || pull.headOid !== sha) return { result: 'stopped', reason: 'head-not-ours' }
  if (pull.mergeable === 'conflict') return { result: 'recompute', reason: 'conflict' }
  return undefined
}

function provenOf(desk: Desk, pull: ApiPull, judged: Judged): Proven | Answer {
  const read = desk.options.read(shown(desk, pull, judged))
  if (!read.read) return { result: 'stopped', reason: read.reason }
  const { base, inputs } = read.attempt.record
  return { base: base.revision, inputs }
}

/** Why the change may not go onto the base as it is now. */
async function mustRecompute(
  desk: Desk,
  there: ApiRepository,
  pull: ApiPull,
  { base, inputs }: Proven,
): Promise<Answer | undefined> {
  if (there.base === undefined) return { result: 'recompute', reason: 'base-moved' }
  const changed = await changedSince(desk, base, there.base.oid)
  if (changed === undefined) return { result: 'recompute', reason: 'base-moved' }
  if (pull.files.some((path) => changed.has(path))) return { result: 'recompute', reason: 'conflict' }
  const moved = Object.entries(inputs).some(([path, oid]) => changed.has(path) && changed.get(path) !== oid)
  return moved ? { result: 'recompute', reason: 'base-moved' } : undefined
}

/** To the queue where the base has one, which gives no commit. `last` is asked when nothing is left to wait for. */
function sendMerge(
  desk: Desk,
  number: number,
  sha: string,
  queue: boolean,
  { method, title, message, last }: Omit<MergeHow, 'last'> & { readonly last: Last },
): Promise<Outcome<{ readonly commit: string } | null>> {
  return queue ? desk.api.enqueue(number, sha, last) : desk.api.merge(number, { sha, method, title, message, last })
}

/** A text that says nothing is cleared up by looking: conflict, still computing, or a rule that the forge does not name. */
async function refusedMerge(desk: Desk, number: number, refusal: Refusal): Promise<MergeResult> {
  const answer = mergeAnswer(refusal)
  if (answer !== undefined) return answer
  const pull = await desk.api.pull(number)
  if (pull?.mergeable === 'conflict') return { result: 'recompute', reason: 'conflict' }
  return { result: 'waiting', by: 'mergeability-pending' }
}

/** Merged, by whoever was first. The branch goes, if it shows our commit still. */
async function finished(desk: Desk, pull: ApiPull, commit: string): Promise<MergeResult> {
  await dropHead(desk, pull)
  return { result: 'merged', commit }
}

/** Deletes the branch of an ended pull request where it still shows the commit of ours that was its head. What stays is for the sweep. */
export async function dropHead(desk: Desk, pull: ApiPull): Promise<void> {
  const head = pull.commits.find(({ oid }) => oid === pull.headOid)
  if (!isOwnCommit(desk, head)) return
  await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
    if ((await desk.api.branch(pull.branch)) !== pull.headOid) return true
    if (!mayWrite) return undefined
    await desk.api.moveBranches([{ name: pull.branch, from: pull.headOid, to: undefined }])
    return true
  })
}

/** Lets GitHub merge by itself. Armed by us already: said again. What a person switched off or on stays as they left it. */
export async function arm(desk: Desk, number: number, sha: string, method: MergeMethod): Promise<ArmResult> {
  const result = await rounds(desk, async ({ mayWrite }): Promise<ArmResult | undefined> => {
    const pull = await desk.api.pull(number)
    const judged = pull && isOurs(desk, pull) ? await judge(desk, pull) : undefined
    if (pull === undefined || judged === undefined || pull.state !== 'open')
      return { result: 'refused', reason: 'tampered', message: `#${number} is no open pull request of the bot` }
    if (judged.state !== 'whole' || pull.headOid !== sha)
      return { result: 'refused', reason: 'head-not-ours', message: `#${number} shows another commit` }
    if (pull.autoMerge !== undefined) return { result: 'armed' }
    if (pull.disarmedBy !== undefined && !isSelf(desk, pull.disarmedBy))
      return { result: 'refused', reason: 'awaiting-merge', message: 'a person has switched off auto-merge' }
    if (!mayWrite) return undefined
    const answer = await desk.api.arm(number, sha, method)
    if (answer.ok) return { result: 'armed' }
    if (answer.refusal.kind === 'clean') return { result: 'clean' }
    const why = mergeAnswer(answer.refusal)
    const reason = why === undefined ? 'mergeability-pending' : why.result === 'waiting' ? why.by : why.reason
    return { result: 'refused', reason, message: wordsOf(answer.refusal) }
  })
  return (
    result ?? { result: 'refused', reason: 'pull-parked', message: `#${number}: it is not clear what the forge did` }
  )
}

/** Takes back what we armed. */
export async function disarm(desk: Desk, number: number): Promise<void> {
  await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
    const pull = await desk.api.pull(number)
    if (pull?.state !== 'open' || !isSelf(desk, pull.autoMerge?.by)) return true
    if (!mayWrite) return undefined
    await desk.api.disarm(number)
    return true
  })
}

/** Takes what we queued out of the queue again. */
export async function dequeue(desk: Desk, number: number): Promise<boolean> {
  const result = await rounds(desk, async ({ mayWrite }): Promise<boolean | undefined> => {
    const pull = await desk.api.pull(number)
    if (pull?.state !== 'open' || pull.queued === undefined) return true
    if (!isSelf(desk, pull.queued.by)) return false
    if (!mayWrite) return undefined
    return (await desk.api.dequeue(number)).ok
  })
  return result ?? false
}
