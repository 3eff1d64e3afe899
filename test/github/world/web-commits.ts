import { branchRef, type Mover, moveBranches } from './branches.ts'
import { mustCommit, webFlowStamp, writeCommit } from './git/commits.ts'
import { mergeBase } from './git/history.ts'
import { mergeTrees, rebase, revertTree } from './git/merges.ts'
import { readObject } from './git/object-reader.ts'
import { resolveRef } from './git/refs.ts'
import { changeTree, type TreeChange, writeBlob } from './git/trees.ts'
import type { Pull } from './issues.ts'
import { stampOf } from './merging.ts'
import { createPull } from './pulls.ts'
import type { Repository } from './repositories.ts'
import { staleData, TEXTS } from './texts.ts'
import type { World } from './world.ts'

export type Addition = { readonly path: string; readonly content: Buffer }

export type CommitOrder = {
  readonly branch: string
  readonly expectedHead: string
  readonly message: string
  readonly additions: readonly Addition[]
  readonly deletions: readonly string[]
}

export type CommitResult =
  | { readonly ok: true; readonly oid: string }
  | { readonly ok: false; readonly why: 'stale' | 'missing' | 'workflows' | 'refused'; readonly text: string }

/** A signed commit on a branch, only where the branch stands at the expected head. Authored by the account; new files are plain ones. */
export async function commitOnBranch(
  world: World,
  repo: Repository,
  mover: Mover,
  order: CommitOrder,
): Promise<CommitResult> {
  const ref = branchRef(order.branch)
  const head = await resolveRef(repo.gitDir, ref)
  if (head === undefined) return failed(`No such branch: "${order.branch}"`, 'missing')
  if (head !== order.expectedHead) return failed(staleData(order.expectedHead), 'stale')
  const base = await mustCommit(repo.gitDir, head)
  for (const path of order.deletions) {
    const there = await readObject(repo.gitDir, `${head}:${path}`)
    if (there?.type !== 'blob')
      return failed(
        `A path was requested for deletion which does not exist as of commit oid \`${head}\`. Path: ${path}`,
      )
  }
  const tree = await changeTree(repo.gitDir, base.tree, await changesOf(repo, order))
  const oid = await writeCommit(world, repo.gitDir, {
    tree,
    parents: [head],
    author: stampOf(world, mover.account),
    committer: webFlowStamp(world),
    message: order.message,
    signed: true,
  })
  const moved = await moveBranches(world, repo, mover, [{ ref, before: head, after: oid }])
  if (moved.ok) return { ok: true, oid }
  if (moved.why === 'stale') return failed(staleData(order.expectedHead), 'stale')
  return failed(moved.text, moved.why === 'workflows' ? 'workflows' : 'refused')
}

function failed(text: string, why: Extract<CommitResult, { ok: false }>['why'] = 'refused'): CommitResult {
  return { ok: false, why, text }
}

/**
 * Deletions first, so that a file may take the place of a folder. Every addition becomes a plain file: the input knows no modes, so an
 * executable bit or a link is lost.
 */
async function changesOf(repo: Repository, order: CommitOrder): Promise<TreeChange[]> {
  const changes: TreeChange[] = order.deletions.map((path) => ({ path, mode: '100644', oid: undefined }))
  for (const { path, content } of order.additions) {
    changes.push({ path, mode: '100644', oid: await writeBlob(repo.gitDir, content) })
  }
  return changes
}

/** Brings the base into the head, as the button "Update branch" does. Text where it can't. */
export async function updatePullBranch(
  world: World,
  repo: Repository,
  mover: Mover,
  pull: Pull,
  method: 'merge' | 'rebase',
  expectedHead: string | undefined,
): Promise<string | undefined> {
  const { gitDir } = repo
  const head = pull.headOid
  if (expectedHead !== undefined && expectedHead !== head) return "expected head sha didn't match current head ref."
  const base = await resolveRef(gitDir, branchRef(pull.baseRef))
  if (base === undefined || pull.state === 'closed') return TEXTS.notMergeable
  if ((await mergeBase(gitDir, base, head)) === base) return 'There are no new commits on the base branch.'
  const updated =
    method === 'rebase'
      ? await rebase(world, gitDir, head, base, stampOf(world, mover.account))
      : await mergeBaseInto(world, repo, mover, pull, head, base)
  if (updated === undefined) return 'merge conflict between base and head'
  const moved = await moveBranches(world, repo, mover, [{ ref: branchRef(pull.headRef), before: head, after: updated }])
  return moved.ok ? undefined : moved.text
}

async function mergeBaseInto(world: World, repo: Repository, mover: Mover, pull: Pull, head: string, base: string) {
  const tree = await mergeTrees(repo.gitDir, head, base)
  if (tree === undefined) return undefined
  return writeCommit(world, repo.gitDir, {
    tree,
    parents: [head, base],
    author: stampOf(world, mover.account),
    committer: webFlowStamp(world),
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}`,
    signed: true,
  })
}

export type RevertOrder = {
  readonly title: string | undefined
  readonly body: string | undefined
  readonly draft: boolean
}

/** A pull request that takes a merged one back. Text where there can be none. */
export async function revertPull(
  world: World,
  repo: Repository,
  mover: Mover,
  pull: Pull,
  order: RevertOrder,
): Promise<Pull | string> {
  if (!pull.merged) return 'Pull request is not merged'
  const { gitDir } = repo
  const base = await resolveRef(gitDir, branchRef(pull.baseRef))
  const merge = await mustCommit(gitDir, pull.merged.commit)
  if (base === undefined) return 'The base branch does not exist'
  const tree = await revertTree(world, gitDir, base, pull.baseOid, merge.oid)
  if (tree === undefined) return 'Could not be reverted automatically because of conflicts'
  const title = order.title ?? `Revert "${pull.title}"`
  const oid = await writeCommit(world, gitDir, {
    tree,
    parents: [base],
    author: stampOf(world, mover.account),
    committer: webFlowStamp(world),
    message: `Revert "${pull.title} (#${pull.number})"\n\nThis reverts commit ${merge.oid}.`,
    signed: true,
  })
  const head = `revert-${pull.number}-${pull.headRef}`
  const moved = await moveBranches(world, repo, mover, [{ ref: branchRef(head), before: undefined, after: oid }])
  if (!moved.ok) return moved.text
  const body = order.body ?? `Reverts ${repo.owner}/${repo.name}#${pull.number}`
  const made = await createPull(world, repo, mover.account, {
    title,
    body,
    head,
    base: pull.baseRef,
    draft: order.draft,
  })
  return made.ok ? made.pull : made.text
}
