import type { Account } from './accounts.ts'
import { ruleOf, rulesFor } from './branch-rules.ts'
import { requestSuites } from './check-runs.ts'
import { moveRefs, resolveRef } from './git/refs.ts'
import type { Pull } from './issues.ts'
import { computeMergeability } from './mergeability.ts'
import { buildMerge, landOn } from './merging.ts'
import { findPull } from './pulls.ts'
import type { QueueEntry, Repository } from './repositories.ts'
import { requiredStates } from './required-checks.ts'
import { unmetRequirements } from './requirements.ts'
import type { MergeMethod, MergeQueueRule } from './rules.ts'
import { TEXTS } from './texts.ts'
import { note } from './threads.ts'
import type { World } from './world.ts'

/*
 * One entry is built at a time, whatever the rule's numbers say: groups of several change when checks run, not what a bot must do.
 */

export function queueRule(repo: Repository, branch: string): MergeQueueRule | undefined {
  return ruleOf(rulesFor(repo, branch), 'merge_queue')[0]?.rule.parameters
}

/** The entry, or why there is none. */
export async function enqueue(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
  sha?: string,
): Promise<QueueEntry | string> {
  if (!queueRule(repo, pull.baseRef)) return `No merge queue found for branch '${pull.baseRef}'`
  if (sha !== undefined && sha !== pull.headOid) return TEXTS.headModified
  const former = repo.queue.find((entry) => entry.pull === pull.number)
  if (former) return 'Pull request is already in the queue'
  if (pull.state === 'closed' || pull.isDraft) return TEXTS.notMergeable
  if ((await computeMergeability(repo, pull)).state === 'conflicting') return TEXTS.notMergeable
  const unmet = await unmetRequirements(world, repo, pull, rulesFor(repo, pull.baseRef))
  const first = unmet.find(({ kind }) => kind !== 'queue' && kind !== 'behind')
  if (first) return first.text
  const entry: QueueEntry = {
    id: world.nextId(),
    pull: pull.number,
    baseRef: pull.baseRef,
    enqueuedBy: sender.login,
    enqueuedAt: world.clock.now(),
    group: undefined,
  }
  repo.queue.push(entry)
  pull.autoMerge = undefined
  note(world, pull, 'added_to_merge_queue', sender)
  world.events.emit({ event: 'pull_request', action: 'enqueued', repository: repo, sender, pull })
  return entry
}

/** GitHub's own account, by which the queue itself puts out; no account of this world, as one that is gone. */
const QUEUE = { login: 'github-merge-queue' } as const

/** Takes a pull request out, with the branch that was built for it. `by` is who did, where it was not the sender. */
export async function dequeue(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
  by: Pick<Account, 'login'> = sender,
): Promise<boolean> {
  const entry = repo.queue.find((candidate) => candidate.pull === pull.number)
  if (!entry) return false
  repo.queue = repo.queue.filter((candidate) => candidate !== entry)
  if (entry.group) {
    await dropGroup(repo, entry)
    const reason = 'dequeued'
    world.events.emit({ event: 'merge_group', action: 'destroyed', repository: repo, sender, entry, reason })
  }
  note(world, pull, 'removed_from_merge_queue', by)
  world.events.emit({ event: 'pull_request', action: 'dequeued', repository: repo, sender, pull })
  return true
}

/** Builds, judges or lands the first entry of each base. */
export async function advanceQueue(world: World, repo: Repository): Promise<void> {
  const bases = new Set(repo.queue.map((entry) => entry.baseRef))
  for (const base of bases) {
    const entry = repo.queue.find((candidate) => candidate.baseRef === base)
    const pull = entry && findPull(repo, entry.pull)
    const rule = queueRule(repo, base)
    if (entry && pull && rule) await advanceEntry(world, repo, entry, pull, rule)
  }
}

async function advanceEntry(
  world: World,
  repo: Repository,
  entry: QueueEntry,
  pull: Pull,
  rule: MergeQueueRule,
): Promise<void> {
  const sender = world.accounts.get(entry.enqueuedBy)
  const base = await resolveRef(repo.gitDir, `refs/heads/${entry.baseRef}`)
  if (!sender || base === undefined) return
  if (entry.group && entry.group.base !== base) await destroy(world, repo, sender, entry, 'invalidated')
  if (!entry.group) {
    await build(world, repo, sender, entry, pull, rule, base)
    return
  }
  const states = requiredStates(world, repo, rulesFor(repo, entry.baseRef), entry.group.head).map(({ state }) => state)
  const late = world.clock.now() - entry.enqueuedAt > rule.check_response_timeout_minutes * 60_000
  if (states.includes('failure') || (late && !states.every((state) => state === 'success'))) {
    await dequeue(world, repo, sender, pull, QUEUE)
  } else if (states.every((state) => state === 'success')) {
    const { head } = entry.group
    await destroy(world, repo, sender, entry, 'merged')
    await landOn(world, repo, sender, pull, base, head)
  }
}

async function build(
  world: World,
  repo: Repository,
  sender: Account,
  entry: QueueEntry,
  pull: Pull,
  rule: MergeQueueRule,
  base: string,
): Promise<void> {
  // Method and message come of the rule and the repository, never of who enqueued.
  const method = rule.merge_method.toLowerCase() as MergeMethod
  const head = await buildMerge(world, repo, pull, sender, base, { method, title: undefined, message: undefined })
  if (head === undefined) {
    await dequeue(world, repo, sender, pull, QUEUE)
    return
  }
  const branch = `gh-readonly-queue/${entry.baseRef}/pr-${pull.number}-${base}`
  await moveRefs(repo.gitDir, [{ ref: `refs/heads/${branch}`, before: undefined, after: head }])
  entry.group = { ref: `refs/heads/${branch}`, head, base }
  requestSuites(world, repo, sender, branch, head)
  world.events.emit({ event: 'merge_group', action: 'checks_requested', repository: repo, sender, entry })
}

async function dropGroup(repo: Repository, entry: QueueEntry): Promise<void> {
  if (entry.group) await moveRefs(repo.gitDir, [{ ref: entry.group.ref, before: entry.group.head, after: undefined }])
}

async function destroy(
  world: World,
  repo: Repository,
  sender: Account,
  entry: QueueEntry,
  reason: 'merged' | 'invalidated',
) {
  await dropGroup(repo, entry)
  world.events.emit({ event: 'merge_group', action: 'destroyed', repository: repo, sender, entry, reason })
  entry.group = undefined
}
