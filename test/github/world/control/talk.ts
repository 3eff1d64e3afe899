import { disableAutoMerge } from '../auto-merge.ts'
import { createRun, createStatus, updateRun } from '../check-runs.ts'
import type { CommitStatus, Conclusion } from '../checks.ts'
import { createIssue } from '../issue-life.ts'
import type { ReactionContent } from '../issues.ts'
import { mergePull } from '../merging.ts'
import { changePull, createPull, endPull, reopenPull, setDraft } from '../pulls.ts'
import { submitReview } from '../reviews.ts'
import type { MergeMethod } from '../rules.ts'
import { addComment, deleteComment, editComment, findComment, findLabel, react, setLabel } from '../threads.ts'
import type { World } from '../world.ts'
import { accountNamed, pullNumbered, repositoryNamed, threadNumbered } from './named.ts'

type OnThread = { readonly repo: string; readonly number: number; readonly by: string }

export type Report = {
  readonly repo: string
  readonly sha: string
  readonly name: string
  /** App that reports a check run; without it a person sets a commit status. */
  readonly appId?: number
  readonly by?: string
  /** Of a check run; absent while it runs. */
  readonly conclusion?: Conclusion
  /** Of a commit status. */
  readonly state?: CommitStatus['state']
}

/** What people and other Apps do on pull requests and issues. */
export const talkControls = {
  review(
    world: World,
    input: OnThread & {
      readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED'
      readonly body?: string
      readonly commit?: string
    },
  ) {
    const repo = repositoryNamed(world, input.repo)
    const wanted = { state: input.state, body: input.body ?? '', ...(input.commit ? { commitOid: input.commit } : {}) }
    const review = submitReview(world, repo, accountNamed(world, input.by), pullNumbered(repo, input.number), wanted)
    if (typeof review === 'string') throw new Error(review)
    return { id: review.id }
  },

  dismissReview(world: World, input: OnThread & { readonly review: number }) {
    const repo = repositoryNamed(world, input.repo)
    const pull = pullNumbered(repo, input.number)
    const review = pull.reviews.find((candidate) => candidate.id === input.review)
    if (!review) throw new Error(`no review ${input.review}`)
    review.state = 'DISMISSED'
    const sender = accountNamed(world, input.by)
    world.events.emit({ event: 'pull_request_review', action: 'dismissed', repository: repo, sender, pull, review })
    return {}
  },

  openConversation(world: World, input: OnThread & { readonly path: string }) {
    const repo = repositoryNamed(world, input.repo)
    const thread = {
      id: world.nextId(),
      path: input.path,
      author: accountNamed(world, input.by).login,
      resolved: false,
    }
    pullNumbered(repo, input.number).threads.push(thread)
    return { id: thread.id }
  },

  resolveConversation(world: World, input: OnThread & { readonly id: number }) {
    const threads = pullNumbered(repositoryNamed(world, input.repo), input.number).threads
    for (const thread of threads) if (thread.id === input.id) thread.resolved = true
    return {}
  },

  comment(world: World, input: OnThread & { readonly body: string }) {
    const repo = repositoryNamed(world, input.repo)
    return {
      id: addComment(world, repo, accountNamed(world, input.by), threadNumbered(repo, input.number), input.body).id,
    }
  },

  editComment(
    world: World,
    input: { readonly repo: string; readonly id: number; readonly by: string; readonly body: string },
  ) {
    const repo = repositoryNamed(world, input.repo)
    const comment = findComment(repo, input.id)
    if (!comment) throw new Error(`no comment ${input.id}`)
    editComment(world, repo, accountNamed(world, input.by), comment, input.body)
    return {}
  },

  deleteComment(world: World, input: { readonly repo: string; readonly id: number; readonly by: string }) {
    const repo = repositoryNamed(world, input.repo)
    const comment = findComment(repo, input.id)
    if (comment) deleteComment(world, repo, accountNamed(world, input.by), comment)
    return {}
  },

  react(
    world: World,
    input: { readonly repo: string; readonly id: number; readonly by: string; readonly content: ReactionContent },
  ) {
    const comment = findComment(repositoryNamed(world, input.repo), input.id)
    if (!comment) throw new Error(`no comment ${input.id}`)
    return { id: react(world, comment.reactions, accountNamed(world, input.by), input.content).reaction.id }
  },

  setLabel(world: World, input: OnThread & { readonly label: string; readonly on: boolean }) {
    const repo = repositoryNamed(world, input.repo)
    const label = findLabel(repo, input.label)
    if (!label) throw new Error(`no label ${input.label}`)
    setLabel(world, repo, accountNamed(world, input.by), threadNumbered(repo, input.number), label, input.on)
    return {}
  },

  createIssue(
    world: World,
    input: { readonly repo: string; readonly by: string; readonly title: string; readonly body?: string },
  ) {
    const repo = repositoryNamed(world, input.repo)
    return { number: createIssue(world, repo, accountNamed(world, input.by), input.title, input.body ?? '').number }
  },

  async createPull(
    world: World,
    input: {
      readonly repo: string
      readonly by: string
      readonly head: string
      readonly base?: string
      readonly title?: string
      readonly body?: string
      readonly draft?: boolean
    },
  ) {
    const repo = repositoryNamed(world, input.repo)
    const { head, base = repo.defaultBranch, title = head, body = '', draft = false } = input
    const made = await createPull(world, repo, accountNamed(world, input.by), { title, body, head, base, draft })
    if (!made.ok) throw new Error(made.text)
    return { number: made.pull.number }
  },

  async editPull(
    world: World,
    input: OnThread & { readonly title?: string; readonly body?: string; readonly base?: string },
  ) {
    const { repo: name, number, by, ...change } = input
    const repo = repositoryNamed(world, name)
    const refused = await changePull(world, repo, accountNamed(world, by), pullNumbered(repo, number), change)
    if (refused) throw new Error(refused.text)
    return {}
  },

  closePull(world: World, input: OnThread) {
    const repo = repositoryNamed(world, input.repo)
    endPull(world, repo, accountNamed(world, input.by), pullNumbered(repo, input.number))
    return {}
  },

  async reopenPull(world: World, input: OnThread) {
    const repo = repositoryNamed(world, input.repo)
    const refused = await reopenPull(world, repo, accountNamed(world, input.by), pullNumbered(repo, input.number))
    if (refused) throw new Error(refused.text)
    return {}
  },

  setDraft(world: World, input: OnThread & { readonly draft: boolean }) {
    const repo = repositoryNamed(world, input.repo)
    setDraft(world, repo, accountNamed(world, input.by), pullNumbered(repo, input.number), input.draft)
    return {}
  },

  /** As a person with the button: the answer says what GitHub would say. */
  mergePull(world: World, input: OnThread & { readonly method?: MergeMethod; readonly sha?: string }) {
    const repo = repositoryNamed(world, input.repo)
    const mover = { account: accountNamed(world, input.by), workflows: true }
    const { method = 'merge', sha } = input
    return mergePull(world, repo, mover, pullNumbered(repo, input.number), {
      method,
      sha,
      title: undefined,
      message: undefined,
    })
  },

  disarm(world: World, input: OnThread) {
    const repo = repositoryNamed(world, input.repo)
    return { was: disableAutoMerge(world, repo, accountNamed(world, input.by), pullNumbered(repo, input.number)) }
  },

  /** A second report of one App and name on one commit changes the first. */
  reportCheck(world: World, input: Report) {
    const repo = repositoryNamed(world, input.repo)
    const { sha, name } = input
    if (input.appId === undefined) {
      const status = {
        sha,
        context: name,
        state: input.state ?? 'success',
        description: undefined,
        targetUrl: undefined,
      }
      return { id: createStatus(world, repo, accountNamed(world, input.by ?? 'ci'), status).id }
    }
    const app = world.apps.get(input.appId)
    if (!app) throw new Error(`no App ${input.appId}`)
    const change = input.conclusion ? { conclusion: input.conclusion } : { status: 'in_progress' as const }
    const former = repo.checkRuns.findLast((run) => run.appId === app.id && run.name === name && run.headSha === sha)
    if (former && former.status !== 'completed') {
      updateRun(world, repo, app, former, change)
      return { id: former.id }
    }
    return { id: createRun(world, repo, app, sha, name, change).id }
  },

  /** Presses a button of a check run. */
  requestAction(
    world: World,
    input: { readonly repo: string; readonly id: number; readonly by: string; readonly identifier: string },
  ) {
    const repo = repositoryNamed(world, input.repo)
    const run = repo.checkRuns.find((candidate) => candidate.id === input.id)
    if (!run) throw new Error(`no check run ${input.id}`)
    const sender = accountNamed(world, input.by)
    const { identifier } = input
    world.events.emit({ event: 'check_run', action: 'requested_action', repository: repo, sender, run, identifier })
    return {}
  },
}
