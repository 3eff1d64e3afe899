import type { Account } from './accounts.ts'
import { type AppliedRule, bindingRules, ruleOf } from './branch-rules.ts'
import { announce, branchRef, type Mover } from './branches.ts'
import { mustCommit, type Stamp, webFlowStamp, writeCommit } from './git/commits.ts'
import { log } from './git/history.ts'
import { mergeTrees, rebase } from './git/merges.ts'
import { moveRefs, resolveRef } from './git/refs.ts'
import type { Pull } from './issues.ts'
import { type Message, mergeMessage, squashMessage, textOf } from './merge-messages.ts'
import { computeMergeability } from './mergeability.ts'
import { endPull } from './pulls.ts'
import { patternMessage } from './ref-rules.ts'
import type { Repository } from './repositories.ts'
import { unmetRequirements } from './requirements.ts'
import { changedPaths } from './review-requests.ts'
import type { MergeMethod } from './rules.ts'
import { methodNotAllowed, ruleViolations, TEXTS, workflowsRefused } from './texts.ts'
import type { World } from './world.ts'

export type MergeOrder = {
  readonly method: MergeMethod
  /** Head that the caller judged; undefined takes whatever is there. */
  readonly sha: string | undefined
  readonly title: string | undefined
  readonly message: string | undefined
}

export type MergeResult =
  | { readonly ok: true; readonly commit: string }
  | { readonly ok: false; readonly status: 403 | 405 | 409; readonly text: string }

/** Merges now, or says why not in GitHub's words. */
export async function mergePull(
  world: World,
  repo: Repository,
  mover: Mover,
  pull: Pull,
  order: MergeOrder,
): Promise<MergeResult> {
  await world.gaps.get('before-merge')?.()
  const rules = bindingRules(world, repo, pull.baseRef, mover.account)
  const refused =
    (await refusedAtOnce(repo, mover, pull, order)) ?? (await refusedByRules(world, repo, pull, rules, order))
  if (refused) return refused
  const base = await resolveRef(repo.gitDir, branchRef(pull.baseRef))
  if (base === undefined) return { ok: false, status: 405, text: TEXTS.notMergeable }
  const commit = await buildMerge(world, repo, pull, mover.account, base, order)
  if (commit === undefined) return { ok: false, status: 405, text: TEXTS.notMergeable }
  const worded = await refusedByMessage(repo, rules, base, commit)
  if (worded) return worded
  await world.gaps.get('before-base-moves')?.()
  if (!(await landOn(world, repo, mover.account, pull, base, commit))) {
    return { ok: false, status: 405, text: TEXTS.baseModified }
  }
  return { ok: true, commit }
}

async function refusedAtOnce(
  repo: Repository,
  mover: Mover,
  pull: Pull,
  order: MergeOrder,
): Promise<MergeResult | undefined> {
  if (pull.state === 'closed') return { ok: false, status: 405, text: TEXTS.closed }
  if (order.sha !== undefined && order.sha !== pull.headOid) return { ok: false, status: 409, text: TEXTS.headModified }
  if (pull.isDraft) return { ok: false, status: 405, text: TEXTS.draft }
  const { settings } = repo
  const allowed = {
    merge: settings.allow_merge_commit,
    squash: settings.allow_squash_merge,
    rebase: settings.allow_rebase_merge,
  }
  if (!allowed[order.method]) return { ok: false, status: 405, text: methodNotAllowed(order.method) }
  if ((await computeMergeability(repo, pull)).state === 'conflicting') {
    return { ok: false, status: 405, text: TEXTS.notMergeable }
  }
  if (mover.workflows) return undefined
  const workflow = (await changedPaths(repo, pull)).find((path) => path.startsWith('.github/workflows/'))
  return workflow === undefined ? undefined : { ok: false, status: 403, text: workflowsRefused(workflow) }
}

async function refusedByRules(
  world: World,
  repo: Repository,
  pull: Pull,
  rules: readonly AppliedRule[],
  order: MergeOrder,
): Promise<MergeResult | undefined> {
  const unmet = await unmetRequirements(world, repo, pull, rules, order.method)
  const shape = [...refusedMethods(rules, order.method), ...unmet]
  const classic = shape.find((one) => one.classic)
  if (classic) return { ok: false, status: 405, text: classic.text }
  if (shape.length === 0) return undefined
  return { ok: false, status: 405, text: ruleViolations(shape.map((one) => one.text)) }
}

function refusedMethods(rules: readonly AppliedRule[], method: MergeMethod): { text: string; classic: boolean }[] {
  const unlisted = ruleOf(rules, 'pull_request').filter(
    ({ rule }) => !(rule.parameters.allowed_merge_methods ?? [method]).includes(method),
  )
  const crooked = method === 'merge' ? ruleOf(rules, 'required_linear_history') : []
  return [
    ...unlisted.map(({ set }) => ({ text: methodNotAllowed(method), classic: set.classic })),
    ...crooked.map(({ set }) => ({ text: TEXTS.linear, classic: set.classic })),
  ]
}

/** Rules about messages are held against what the merge would put on the base. */
async function refusedByMessage(
  repo: Repository,
  rules: readonly AppliedRule[],
  base: string,
  tip: string,
): Promise<MergeResult | undefined> {
  const patterns = ruleOf(rules, 'commit_message_pattern')
  if (patterns.length === 0) return undefined
  const messages = (await log(repo.gitDir, { from: tip, not: base })).map((commit) => commit.message.trimEnd())
  const texts = patterns.flatMap(({ rule }) => patternMessage('Commit message', rule.parameters, messages) ?? [])
  return texts.length === 0 ? undefined : { ok: false, status: 405, text: ruleViolations(texts) }
}

export type Wording = {
  readonly method: MergeMethod
  readonly title: string | undefined
  readonly message: string | undefined
}

/** The commit that a merge onto `base` gives; undefined where it conflicts. Nothing moves. */
export async function buildMerge(
  world: World,
  repo: Repository,
  pull: Pull,
  merger: Account,
  base: string,
  wording: Wording,
): Promise<string | undefined> {
  const head = pull.headOid
  if (wording.method === 'rebase') return rebase(world, repo.gitDir, head, base, stampOf(world, merger))
  const tree = await mergeTrees(repo.gitDir, base, head)
  if (tree === undefined) return undefined
  const commits = (await log(repo.gitDir, { from: head, not: base })).reverse()
  const squash = wording.method === 'squash'
  const author = (squash ? world.accounts.get(pull.author) : undefined) ?? merger
  return writeCommit(world, repo.gitDir, {
    tree,
    parents: squash ? [base] : [base, head],
    author: stampOf(world, author),
    committer: webFlowStamp(world),
    message: textOf(worded(squash ? squashMessage(world, repo, pull, commits) : mergeMessage(repo, pull), wording)),
    signed: true,
  })
}

function worded(usual: Message, wording: Wording): Message {
  return { title: wording.title ?? usual.title, body: wording.message ?? usual.body }
}

export function stampOf(world: World, account: Account): Stamp {
  return { name: account.name, email: account.email, atMs: world.clock.now(), zone: '+0000' }
}

/** Moves the base from where the merge was made; false where it stands elsewhere by now. */
export async function landOn(
  world: World,
  repo: Repository,
  merger: Account,
  pull: Pull,
  base: string,
  commit: string,
): Promise<boolean> {
  const change = { ref: branchRef(pull.baseRef), before: base, after: commit }
  if (!(await moveRefs(repo.gitDir, [change]))) return false
  await mustCommit(repo.gitDir, commit)
  pull.baseOid = base
  endPull(world, repo, merger, pull, commit)
  await announce(world, repo, merger, [change])
  if (repo.settings.delete_branch_on_merge) await deleteHead(world, repo, merger, pull)
  return true
}

async function deleteHead(world: World, repo: Repository, merger: Account, pull: Pull): Promise<void> {
  const ref = branchRef(pull.headRef)
  const change = { ref, before: pull.headOid, after: undefined }
  if (await moveRefs(repo.gitDir, [change])) await announce(world, repo, merger, [change])
}
