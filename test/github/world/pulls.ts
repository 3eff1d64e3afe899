import type { Account } from './accounts.ts'
import { countBetween } from './git/history.ts'
import { haveCommonHistory } from './git/merges.ts'
import { git } from './git/process.ts'
import { resolveRef } from './git/refs.ts'
import type { Issue, Pull } from './issues.ts'
import type { Repository } from './repositories.ts'
import { requestOwners } from './review-requests.ts'
import { newThread, note, rewrite } from './threads.ts'
import type { World } from './world.ts'

export function isPull(thread: Issue | Pull | undefined): thread is Pull {
  return thread?.kind === 'pull'
}

export function allPulls(repo: Repository): Pull[] {
  return [...repo.threads.values()].filter(isPull)
}

export function openPulls(repo: Repository): Pull[] {
  return allPulls(repo).filter((pull) => pull.state === 'open')
}

export function findPull(repo: Repository, number: number): Pull | undefined {
  const thread = repo.threads.get(number)
  return isPull(thread) ? thread : undefined
}

export type NewPull = {
  readonly title: string
  readonly body: string
  /** Branches of this repository; an `owner:` before the head is taken off. */
  readonly head: string
  readonly base: string
  readonly draft: boolean
}

/** `field` as REST names it in its errors, where one is to blame. */
export type Refused = { readonly ok: false; readonly text: string; readonly field?: 'head' | 'base' }

export async function createPull(
  world: World,
  repo: Repository,
  sender: Account,
  wanted: NewPull,
): Promise<{ readonly ok: true; readonly pull: Pull } | Refused> {
  const head = wanted.head.startsWith(`${repo.owner}:`) ? wanted.head.slice(repo.owner.length + 1) : wanted.head
  const headOid = await resolveRef(repo.gitDir, `refs/heads/${head}`)
  if (headOid === undefined) return { ok: false, text: 'invalid', field: 'head' }
  const baseOid = await resolveRef(repo.gitDir, `refs/heads/${wanted.base}`)
  if (baseOid === undefined) return { ok: false, text: 'invalid', field: 'base' }
  const former = openPulls(repo).find((pull) => pull.headRef === head && pull.baseRef === wanted.base)
  if (former) return { ok: false, text: `A pull request already exists for ${repo.owner}:${head}.` }
  if ((await countBetween(repo.gitDir, headOid, baseOid)) === 0) {
    return { ok: false, text: `No commits between ${wanted.base} and ${head}` }
  }
  if (!(await haveCommonHistory(repo.gitDir, headOid, baseOid))) {
    return { ok: false, text: `The ${head} branch has no history in common with ${wanted.base}` }
  }
  const pull: Pull = {
    ...newThread(world, repo, sender, wanted.title, wanted.body),
    kind: 'pull',
    headRef: head,
    headOid,
    baseRef: wanted.base,
    baseOid,
    lastPusher: sender.login,
    isDraft: wanted.draft,
    mergeability: { state: 'unknown' },
    merged: undefined,
    autoMerge: undefined,
    reviews: [],
    threads: [],
    requestedUsers: new Set(),
    requestedTeams: new Set(),
  }
  repo.threads.set(pull.number, pull)
  await git(repo.gitDir, ['update-ref', `refs/pull/${pull.number}/head`, headOid])
  world.events.emit({ event: 'pull_request', action: 'opened', repository: repo, sender, pull })
  if (!pull.isDraft) await requestOwners(world, repo, sender, pull)
  return { ok: true, pull }
}

export type PullChange = { readonly title?: string; readonly body?: string; readonly base?: string }

export async function changePull(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
  change: PullChange,
): Promise<Refused | undefined> {
  const changes: { title?: string; body?: string; base?: string } = {}
  if (change.base !== undefined && change.base !== pull.baseRef) {
    const oid = await resolveRef(repo.gitDir, `refs/heads/${change.base}`)
    if (oid === undefined) return { ok: false, text: 'invalid', field: 'base' }
    changes.base = pull.baseRef
    pull.baseRef = change.base
    pull.baseOid = oid
    pull.mergeability = { state: 'unknown' }
  }
  if (change.title !== undefined && change.title !== pull.title) {
    changes.title = pull.title
    pull.title = change.title
  }
  const body = pull.body
  if (change.body !== undefined && rewrite(world, pull, sender, change.body)) changes.body = body
  if (Object.keys(changes).length === 0) return undefined
  pull.updatedAt = world.clock.now()
  world.events.emit({ event: 'pull_request', action: 'edited', repository: repo, sender, pull, changes })
  return undefined
}

/** Closes; `mergeCommit` where it ends merged. */
export function endPull(world: World, repo: Repository, sender: Account, pull: Pull, mergeCommit?: string): void {
  if (pull.state === 'closed') return
  const now = world.clock.now()
  pull.state = 'closed'
  pull.closedAt = now
  pull.closedBy = sender.login
  pull.updatedAt = now
  pull.autoMerge = undefined
  repo.queue = repo.queue.filter((entry) => entry.pull !== pull.number)
  if (mergeCommit !== undefined) {
    pull.merged = { at: now, by: sender.login, commit: mergeCommit }
    note(world, pull, 'merged', sender)
  }
  note(world, pull, 'closed', sender)
  world.events.emit({ event: 'pull_request', action: 'closed', repository: repo, sender, pull })
}

export async function reopenPull(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
): Promise<Refused | undefined> {
  if (pull.state === 'open') return undefined
  if (pull.merged) return { ok: false, text: 'state cannot be changed. The pull request cannot be reopened.' }
  const headOid = await resolveRef(repo.gitDir, `refs/heads/${pull.headRef}`)
  if (headOid === undefined)
    return { ok: false, text: `state cannot be changed. The ${pull.headRef} branch has been deleted.` }
  if (openPulls(repo).some((other) => other.headRef === pull.headRef && other.baseRef === pull.baseRef)) {
    const taken = `There is already an open pull request from ${pull.headRef} to ${pull.baseRef}.`
    return { ok: false, text: `state cannot be changed. ${taken}` }
  }
  pull.state = 'open'
  pull.closedAt = undefined
  pull.closedBy = undefined
  pull.headOid = headOid
  pull.updatedAt = world.clock.now()
  pull.mergeability = { state: 'unknown' }
  note(world, pull, 'reopened', sender)
  world.events.emit({ event: 'pull_request', action: 'reopened', repository: repo, sender, pull })
  return undefined
}

export function setDraft(world: World, repo: Repository, sender: Account, pull: Pull, draft: boolean): void {
  if (pull.isDraft === draft) return
  pull.isDraft = draft
  pull.updatedAt = world.clock.now()
  const action = draft ? 'converted_to_draft' : 'ready_for_review'
  world.events.emit({ event: 'pull_request', action, repository: repo, sender, pull })
}
