import { mustCommit } from '../git/commits.ts'
import { listRefs } from '../git/refs.ts'
import type { Issue, Pull } from '../issues.ts'
import type { Repository } from '../repositories.ts'
import type { World } from '../world.ts'
import { repositoryNamed } from './named.ts'

export type RepositoryState = Awaited<ReturnType<typeof stateOf>>

/** Everything of a repository that matters, as one JSON value: for looking at, and for comparing with another forge. */
export async function stateOf(world: World, input: { readonly repo: string }) {
  const repo = repositoryNamed(world, input.repo)
  return {
    branches: await branchesOf(repo),
    pulls: threads(repo)
      .filter((thread) => thread.kind === 'pull')
      .map(pullState),
    issues: threads(repo)
      .filter((thread) => thread.kind === 'issue')
      .map((issue) => threadState(issue)),
    labels: [...repo.labels.keys()],
    checks: repo.checkRuns.map((run) => ({
      id: run.id,
      sha: run.headSha,
      name: run.name,
      appId: run.appId,
      status: run.status,
      conclusion: run.conclusion ?? null,
      title: run.output.title ?? null,
      summary: run.output.summary ?? null,
      text: run.output.text ?? null,
    })),
    statuses: repo.statuses.map(({ sha, context, state, creator }) => ({ sha, context, state, creator })),
    queue: repo.queue.map((entry) => ({ pull: entry.pull, group: entry.group?.head ?? null })),
  }
}

const threads = (repo: Repository): (Issue | Pull)[] => [...repo.threads.values()]

async function branchesOf(repo: Repository) {
  const refs = await listRefs(repo.gitDir, 'refs/heads/')
  const branches = await Promise.all(
    refs.map(async ({ ref, oid }) => {
      const commit = await mustCommit(repo.gitDir, oid)
      return [ref.slice('refs/heads/'.length), { oid, tree: commit.tree, message: commit.message }] as const
    }),
  )
  return Object.fromEntries(branches)
}

function threadState(thread: Issue | Pull) {
  return {
    number: thread.number,
    state: thread.state,
    title: thread.title,
    body: thread.body,
    author: thread.author,
    editor: thread.editor ?? null,
    closedBy: thread.closedBy ?? null,
    labels: [...thread.labels].sort(),
    comments: thread.comments.map(({ id, author, body, editor, reactions, minimized }) => ({
      id,
      author,
      body,
      editor: editor ?? null,
      minimized: minimized ?? null,
      reactions: reactions.map(({ login, content }) => ({ login, content })),
    })),
  }
}

function pullState(pull: Issue | Pull) {
  if (pull.kind !== 'pull') throw new TypeError('an issue is no pull request')
  return {
    ...threadState(pull),
    head: { branch: pull.headRef, oid: pull.headOid },
    base: { branch: pull.baseRef, oid: pull.baseOid },
    draft: pull.isDraft,
    merged: pull.merged ? { by: pull.merged.by, commit: pull.merged.commit } : null,
    autoMerge: pull.autoMerge ? { by: pull.autoMerge.enabledBy, method: pull.autoMerge.method } : null,
    reviews: pull.reviews.map(({ author, state, commitOid }) => ({ author, state, commitOid })),
    reviewers: [...pull.requestedUsers, ...pull.requestedTeams].sort(),
  }
}
