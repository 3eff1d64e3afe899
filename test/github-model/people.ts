import type { ApiIssue } from '../../src/adapters/github/api.ts'
import type { Account, MergeMethod } from '../../src/domain/index.ts'
import { advanceQueue, dequeue, disarm, enqueue, merge, settle } from './merges.ts'
import { moveUnchecked } from './moves.ts'
import { addPull, createPull, type NewPull, updatePull } from './pulls.ts'
import { accountOf, type ModelRepository, WEB_FLOW } from './repository.ts'
import type { Actor, CheckState, CommentState, PullState, ReviewState, Rules, Settings } from './state.ts'
import { changeComment, createComment, updateIssue } from './threads.ts'

type Texts = Readonly<Record<string, string | undefined>>

/** What people, and other apps, do on a repository by their own means. Doors that GitHub would refuse give false. */
export type People = {
  /** A commit with plain git on a branch, which is made where there is none. `as` names somebody else as its author. */
  push(by: Actor, branch: string, files: Texts, how?: { readonly message?: string; readonly as?: Account }): string
  /** A branch set to any commit, by force. */
  force(by: Actor, branch: string, oid: string): void
  deleteBranch(by: Actor, branch: string): boolean
  /** GitHub's button: merges the base into the branch, signed by GitHub. */
  updateBranch(by: Actor, number: number): boolean
  /** In the browser, which writes lines ended by CR LF. */
  edit(by: Actor, number: number, change: { readonly title?: string; readonly body?: string }): boolean
  comment(by: Actor, number: number, body: string): string
  editComment(by: Actor, id: string, body: string): boolean
  deleteComment(by: Actor, id: string): boolean
  /** `closedAs`: of an issue. */
  close(by: Actor, number: number, closedAs?: ApiIssue['closedAs']): boolean
  reopen(by: Actor, number: number): boolean
  merge(by: Actor, number: number, method?: MergeMethod): string | undefined
  review(by: Actor, number: number, state: ReviewState['state'], sha?: string): void
  resolve(number: number, unresolved: number): void
  disarm(by: Actor, number: number): boolean
  enqueue(by: Actor, number: number): boolean
  dequeue(by: Actor, number: number): boolean
  advanceQueue(by: Actor): void
  /** From a branch of this repository. Gives the number, or undefined where GitHub refuses. */
  open(by: Actor, asked: NewPull): number | undefined
  /** From a fork, with a branch of any name. */
  fork(by: Actor, asked: { branch: string; base: string; title: string; body: string; files: Texts }): number
  check(
    by: Actor,
    check: { name: string; sha: string; state: 'queued' | 'running' | 'success' | 'failure' | 'neutral' | 'skipped' },
  ): void
  /** A commit status: anybody with a token may write one under any name. */
  status(by: Actor, status: { name: string; sha: string; state: 'pending' | 'success' | 'failure' }): void
  rules(branch: string, change: Partial<Rules>): void
  settings(change: Partial<Settings>): void
  /** The default branch gets another name: GitHub takes rules and open pull requests along. */
  renameDefault(to: string): void
}

function browser(text: string): string {
  return text.replace(/\r?\n/g, '\r\n')
}

function commits(repository: ModelRepository): Pick<People, 'push' | 'force' | 'deleteBranch' | 'updateBranch'> {
  const { objects } = repository
  return {
    push(by, branch, files, how = {}) {
      const head = repository.state.branches.get(branch)
      const parent = head ?? repository.state.branches.get(repository.state.settings.defaultBranch)
      const message = how.message ?? `change ${Object.keys(files).join(', ')}\n`
      const commit = repository.commit(how.as ?? accountOf(by), parent, files, message)
      moveUnchecked(repository, by, [{ name: branch, from: head, to: commit }])
      settle(repository)
      return commit
    },
    force(by, branch, oid) {
      moveUnchecked(repository, by, [{ name: branch, from: repository.state.branches.get(branch), to: oid }])
      settle(repository)
    },
    deleteBranch(by, branch) {
      const head = repository.state.branches.get(branch)
      if (head === undefined) return false
      moveUnchecked(repository, by, [{ name: branch, from: head, to: undefined }])
      return true
    },
    updateBranch(by, number) {
      const pull = repository.state.pulls.get(number)
      const base = repository.state.branches.get(pull?.base ?? '')
      if (pull?.state !== 'open' || base === undefined || objects.contains(pull.headOid, base)) return false
      const tree = objects.merged(pull.headOid, base)
      if (tree === undefined) return false
      const commit = objects.putCommit({
        tree,
        parents: [pull.headOid, base],
        message: `Merge branch '${pull.base}' into ${pull.branch}`,
        atMs: repository.now(),
        author: accountOf(by),
        committer: WEB_FLOW,
        verified: repository.signs,
      })
      moveUnchecked(repository, by, [{ name: pull.branch, from: pull.headOid, to: commit }])
      settle(repository)
      return true
    },
  }
}

function words(
  repository: ModelRepository,
): Pick<People, 'edit' | 'comment' | 'editComment' | 'deleteComment' | 'close' | 'reopen'> {
  const issueOr = (by: Actor, number: number, change: Parameters<typeof updatePull>[3]): boolean => {
    const isPull = repository.state.pulls.has(number)
    return (isPull ? updatePull : updateIssue)(repository, by, number, change).ok
  }
  return {
    edit: (by, number, change) =>
      issueOr(by, number, change.body === undefined ? change : { ...change, body: browser(change.body) }),
    comment(by, number, body) {
      const made = createComment(repository, by, number, browser(body))
      return made.ok ? made.value.id : ''
    },
    editComment(by, id, body) {
      const edited = (comment: CommentState): CommentState => ({
        ...comment,
        body: browser(body),
        editor: accountOf(by),
        editedAtMs: repository.now(),
      })
      return changeComment(repository, id, edited).ok
    },
    deleteComment: (_by, id) => changeComment(repository, id, () => undefined).ok,
    close: (by, number, closedAs) =>
      issueOr(by, number, { state: 'closed', ...(closedAs === undefined ? {} : { closedAs }) }),
    reopen: (by, number) => issueOr(by, number, { state: 'open' }),
  }
}

function merging(
  repository: ModelRepository,
): Pick<People, 'merge' | 'review' | 'resolve' | 'disarm' | 'enqueue' | 'dequeue' | 'advanceQueue' | 'open' | 'fork'> {
  const change = (number: number, next: (pull: PullState) => PullState): void => {
    const pull = repository.state.pulls.get(number)
    if (pull !== undefined) repository.setPull(next(pull))
    settle(repository)
  }
  return {
    merge(by, number, method = 'squash') {
      const done = merge(repository, by, number, { method })
      return done.ok ? done.value.commit : undefined
    },
    review(by, number, state, sha) {
      change(number, (pull) => {
        const review = { by: accountOf(by), state, sha: sha ?? pull.headOid, atMs: repository.now() }
        return { ...pull, reviews: [...pull.reviews, review] }
      })
    },
    resolve: (number, unresolved) => change(number, (pull) => ({ ...pull, unresolved })),
    disarm: (by, number) => disarm(repository, by, number).ok,
    dequeue: (by, number) => dequeue(repository, by, number).ok,
    enqueue: (by, number) => enqueue(repository, by, number, repository.state.pulls.get(number)?.headOid ?? '').ok,
    advanceQueue: (by) => advanceQueue(repository, by),
    open(by, asked) {
      const made = createPull(repository, by, asked)
      return made.ok ? made.value.number : undefined
    },
    fork(by, asked) {
      const base = repository.state.branches.get(asked.base)
      const head = repository.commit(accountOf(by), base, asked.files, 'from a fork\n')
      return addPull(repository, by, { ...asked, draft: false }, head, true).number
    },
  }
}

function reports(
  repository: ModelRepository,
): Pick<People, 'check' | 'status' | 'rules' | 'settings' | 'renameDefault'> {
  const add = (check: Omit<CheckState, 'id' | 'title' | 'summary'>): void => {
    const id = repository.id('CR')
    repository.set({ checks: [...repository.state.checks, { ...check, id, title: '', summary: '' }] })
    settle(repository)
  }
  const done = (): { status: 'completed'; completedAtMs: number } => ({
    status: 'completed',
    completedAtMs: repository.now(),
  })
  return {
    check(by, { name, sha, state }) {
      if (by.appId === undefined) throw new Error('check runs are made by apps')
      const row = { name, sha, app: by.appId, reporter: by }
      if (state === 'queued') add({ ...row, status: 'queued' })
      else if (state === 'running') add({ ...row, status: 'in_progress' })
      else add({ ...row, ...done(), conclusion: state })
    },
    status(by, { name, sha, state }) {
      const row = { name, sha, reporter: by }
      add(state === 'pending' ? { ...row, status: 'in_progress' } : { ...row, ...done(), conclusion: state })
    },
    rules(branch, change) {
      const rules = { ...repository.rulesOf(branch), ...change }
      repository.set({ rules: new Map(repository.state.rules).set(branch, rules) })
      settle(repository)
    },
    settings(change) {
      repository.set({ settings: { ...repository.state.settings, ...change } })
    },
    renameDefault(to) {
      const { branches, settings, pulls, rules } = repository.state
      const from = settings.defaultBranch
      const names = new Map([...branches].map(([name, oid]) => [name === from ? to : name, oid]))
      const moved = [...pulls].map(([number, pull]): [number, PullState] =>
        pull.state === 'open' && pull.base === from ? [number, { ...pull, base: to }] : [number, pull],
      )
      const ruled = new Map([...rules].map(([name, rule]) => [name === from ? to : name, rule]))
      repository.set({
        branches: names,
        rules: ruled,
        pulls: new Map(moved),
        settings: { ...settings, defaultBranch: to },
      })
    },
  }
}

export function peopleOf(repository: ModelRepository): People {
  return { ...commits(repository), ...words(repository), ...merging(repository), ...reports(repository) }
}
