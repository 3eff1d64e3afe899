import type { Outcome } from '../../src/adapters/github/api.ts'
import type { Account, MergeMethod } from '../../src/domain/index.ts'
import { blockersOf, checksOf, rulesIn } from './facts.ts'
import { brokenRule } from './moves.ts'
import type { Commit } from './objects.ts'
import { good, OK, refused } from './refusals.ts'
import { accountOf, type ModelRepository, openPulls, WEB_FLOW } from './repository.ts'
import type { Actor, PullState } from './state.ts'

export type MergeHow = {
  readonly sha?: string
  readonly method: MergeMethod
  readonly title?: string | undefined
  readonly message?: string | undefined
}

const METHOD_WORDS: Readonly<Record<MergeMethod, string>> = {
  squash: 'Squash merges are',
  merge: 'Merge commits are',
  rebase: 'Rebase merges are',
}

/** Squash text as the repository's settings have it where the call says nothing. */
function squashText(repository: ModelRepository, pull: PullState, commits: readonly Commit[], how: MergeHow): string {
  const { squashTitle, squashMessage } = repository.state.settings
  const [only] = commits
  const lone = commits.length === 1 && only !== undefined ? only : undefined
  const first = (text: string): string => text.split('\n')[0] ?? ''
  const rest = (text: string): string => text.split('\n').slice(1).join('\n').trim()
  const own = squashTitle === 'COMMIT_OR_PR_TITLE' && lone !== undefined ? first(lone.message) : pull.title
  const title = how.title ?? `${own} (#${pull.number})`
  const listed = commits.map(({ message }) => `* ${message.trim()}`).join('\n\n')
  const bodies = { BLANK: '', PR_BODY: pull.body, COMMIT_MESSAGES: lone === undefined ? listed : rest(lone.message) }
  const message = how.message ?? bodies[squashMessage]
  return message === '' ? title : `${title}\n\n${message}`
}

/** The commit that a merge would put on `onto`. Undefined where it conflicts. */
function mergeCommit(
  repository: ModelRepository,
  actor: Actor,
  pull: PullState,
  onto: string,
  how: MergeHow,
): string | undefined {
  const { objects } = repository
  const tree = objects.merged(onto, pull.headOid)
  if (tree === undefined) return undefined
  const commits = objects.between(onto, pull.headOid)
  const atMs = repository.now()
  const signed = { committer: WEB_FLOW, verified: repository.signs, atMs }
  if (how.method === 'squash') {
    const message = squashText(repository, pull, commits, how)
    return objects.putCommit({ tree, parents: [onto], message, author: pull.author, ...signed })
  }
  if (how.method === 'merge') {
    const title = how.title ?? `Merge pull request #${pull.number} from ${repository.owner}/${pull.branch}`
    const message = `${title}\n\n${how.message ?? pull.title}`
    return objects.putCommit({ tree, parents: [onto, pull.headOid], message, author: accountOf(actor), ...signed })
  }
  return rebased(repository, actor, commits, onto, tree)
}

/** Copies of the commits, which GitHub does not sign. Files of the steps between are not needed by anybody here: each has the last tree. */
function rebased(
  repository: ModelRepository,
  actor: Actor,
  commits: readonly Commit[],
  onto: string,
  tree: string,
): string {
  const plain = commits.filter(({ parents }) => parents.length === 1)
  let at = onto
  for (const { message, author } of plain) {
    const copy = { tree, parents: [at], message, author, atMs: repository.now() }
    at = repository.objects.putCommit({ ...copy, committer: accountOf(actor), verified: false })
  }
  return at
}

function finish(repository: ModelRepository, actor: Actor, pull: PullState, commit: string, before: string): void {
  const { autoMerge: _armed, queued: _queued, ...rest } = pull
  const merged: PullState = {
    ...rest,
    state: 'merged',
    endedBy: accountOf(actor),
    endedAtMs: repository.now(),
    updatedAtMs: repository.now(),
    baseAtEnd: before,
    mergeCommit: commit,
  }
  const branches = new Map(repository.state.branches).set(pull.base, commit)
  if (repository.state.settings.deletesBranches && !pull.crossRepository) branches.delete(pull.branch)
  repository.set({ branches, pulls: new Map(repository.state.pulls).set(pull.number, merged) })
}

/** `PUT merge`: once, and only if the head is `sha`. */
export function merge(
  repository: ModelRepository,
  actor: Actor,
  number: number,
  how: MergeHow,
): Outcome<{ readonly commit: string }> {
  const { state, objects } = repository
  if (state.settings.archived) return refused('archived', 403, 'Repository was archived so is read-only.')
  const pull = state.pulls.get(number)
  if (pull === undefined) return refused('not-found', 404, 'Not Found')
  if (pull.state !== 'open') return refused('not-mergeable', 405, 'Pull Request is not mergeable')
  if (how.sha !== undefined && how.sha !== pull.headOid) {
    return refused('stale', 409, 'Head branch was modified. Review and try the merge again.')
  }
  const rules = rulesIn(state, pull.base)
  const passes = repository.bypass.has(actor.login)
  if (rules.mergeQueue && !passes) return refused('rules', 405, 'Changes must be made through the merge queue')
  if (!state.settings.mergeMethods.includes(how.method) || !rules.mergeMethods.includes(how.method)) {
    return refused('rules', 405, `${METHOD_WORDS[how.method]} not allowed on this repository.`)
  }
  const blockers = blockersOf(state, objects, pull)
  const hard = blockers.find((one) => one.state === 'conflict' || one.state === 'draft')
  if (hard !== undefined) return refused('not-mergeable', 405, hard.text)
  if (blockers.length > 0 && !passes) return refused('rules', 405, blockers.map(({ text }) => text).join('\n'))
  const before = state.branches.get(pull.base) ?? ''
  const commit = mergeCommit(repository, actor, pull, before, how)
  if (commit === undefined) return refused('not-mergeable', 405, 'Pull Request is not mergeable')
  const rule = brokenRule(repository, 'message', objects.commits.get(commit)?.message ?? '')
  if (rule !== undefined) return refused('rules', 405, `Repository rule violations found\n\n${rule}`)
  finish(repository, actor, pull, commit, before)
  return good({ commit })
}

function openAt(repository: ModelRepository, number: number, sha: string): Outcome<PullState> {
  const pull = repository.state.pulls.get(number)
  if (pull === undefined) return refused('not-found', 404, 'Could not resolve to a PullRequest')
  if (pull.state !== 'open') return refused('invalid', 422, 'Pull request is closed')
  if (pull.headOid !== sha) return refused('stale', 422, `Head sha ${sha} is not the head of the pull request`)
  return good(pull)
}

export function enqueue(repository: ModelRepository, actor: Actor, number: number, sha: string): Outcome<null> {
  const found = openAt(repository, number, sha)
  if (!found.ok) return found
  const pull = found.value
  if (!rulesIn(repository.state, pull.base).mergeQueue) {
    return refused('invalid', 422, 'Merge queue is not enabled for this branch')
  }
  if (pull.queued !== undefined) return refused('exists', 422, 'Pull request is already in the queue')
  const [blocker] = blockersOf(repository.state, repository.objects, pull)
  if (blocker !== undefined) return refused('rules', 422, blocker.text)
  const waiting = openPulls(repository.state).flatMap((one) =>
    one.base === pull.base && one.queued !== undefined ? [one.queued.group] : [],
  )
  const onto = waiting.at(-1) ?? repository.state.branches.get(pull.base) ?? ''
  const group = mergeCommit(repository, actor, pull, onto, { method: 'squash' })
  if (group === undefined) return refused('not-mergeable', 422, 'Pull request is not mergeable')
  const { leftQueue: _before, ...rest } = pull
  repository.setPull({ ...rest, queued: { group, onto, by: accountOf(actor) } })
  return OK
}

export function dequeue(repository: ModelRepository, actor: Actor, number: number): Outcome<null> {
  const pull = repository.state.pulls.get(number)
  if (pull?.queued === undefined) return refused('invalid', 422, 'Pull request is not in the queue')
  repository.setPull(putOut(repository, pull, accountOf(actor)))
  return OK
}

/** The account that GitHub takes pull requests out of its queue by. */
const MERGE_QUEUE: Account = { login: 'github-merge-queue', kind: 'app' }

function putOut(repository: ModelRepository, { queued: _left, ...rest }: PullState, by: Account): PullState {
  return { ...rest, leftQueue: { by, atMs: repository.now() } }
}

/** Lets the queue go on: groups whose required checks are green are merged in order, a red one leaves the queue, and one whose base moved is built anew. */
export function advanceQueue(repository: ModelRepository, actor: Actor): void {
  for (const pull of openPulls(repository.state)) {
    const { queued } = pull
    if (queued === undefined) continue
    const rules = rulesIn(repository.state, pull.base)
    const checks = checksOf(repository.state, queued.group)
    const states = rules.requiredChecks.map(
      ({ name, app }) => checks.find((check) => check.name === name && (app === undefined || check.app === app))?.state,
    )
    const out = putOut(repository, pull, MERGE_QUEUE)
    const base = repository.state.branches.get(pull.base)
    if (states.includes('red')) repository.setPull(out)
    else if (base === undefined || base !== queued.onto) {
      const group = base && mergeCommit(repository, actor, pull, base, { method: 'squash' })
      repository.setPull(base && group ? { ...pull, queued: { ...queued, group, onto: base } } : out)
    } else if (states.every((one) => one === 'green' || one === 'neutral' || one === 'skipped')) {
      finish(repository, actor, pull, queued.group, base)
    }
  }
}

/** Native auto-merge: refused where there is nothing to wait for. */
export function arm(
  repository: ModelRepository,
  actor: Actor,
  number: number,
  sha: string,
  method: MergeMethod,
): Outcome<null> {
  const found = openAt(repository, number, sha)
  if (!found.ok) return found
  const pull = found.value
  const { settings } = repository.state
  if (!settings.autoMerge) return refused('forbidden', 422, 'Auto merge is not allowed for this repository')
  if (!settings.mergeMethods.includes(method)) {
    return refused('rules', 422, `${METHOD_WORDS[method]} not allowed on this repository.`)
  }
  const blockers = blockersOf(repository.state, repository.objects, pull)
  if (blockers.some(({ state }) => state === 'draft')) return refused('invalid', 422, 'Pull request is in draft status')
  if (blockers.length === 0) return refused('clean', 422, 'Pull request Pull request is in clean status')
  const { disarmedBy: _before, ...rest } = pull
  repository.setPull({ ...rest, autoMerge: { by: accountOf(actor), method } })
  return OK
}

export function disarm(repository: ModelRepository, actor: Actor, number: number): Outcome<null> {
  const pull = repository.state.pulls.get(number)
  if (pull === undefined) return refused('not-found', 404, 'Could not resolve to a PullRequest')
  if (pull.autoMerge === undefined) {
    return refused('invalid', 422, "Can't disable auto-merge for this pull request.")
  }
  const { autoMerge: _armed, ...rest } = pull
  repository.setPull({ ...rest, disarmedBy: accountOf(actor) })
  return OK
}

/** What GitHub does by itself after any change: merges what is armed and ready. */
export function settle(repository: ModelRepository): void {
  for (const pull of openPulls(repository.state)) {
    if (pull.autoMerge === undefined || blockersOf(repository.state, repository.objects, pull).length > 0) continue
    merge(repository, pull.autoMerge.by, pull.number, { method: pull.autoMerge.method })
  }
}
