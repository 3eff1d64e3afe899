import type { ApiFile, Outcome } from '../../src/adapters/github/api.ts'
import { brokenRule, moveUnchecked } from './moves.ts'
import type { Commit } from './objects.ts'
import { good, OK, refused, tooLong } from './refusals.ts'
import { accountOf, type ModelRepository, openPulls, WEB_FLOW } from './repository.ts'
import type { Actor, PullState } from './state.ts'
import { archived, edited, type ThreadChange } from './threads.ts'

/** `createCommitOnBranch`: only on the head that was expected, signed by GitHub, and without file modes. */
export function commitOnBranch(
  repository: ModelRepository,
  actor: Actor,
  commit: {
    readonly branch: string
    readonly expectedHead: string
    readonly message: string
    readonly files: readonly ApiFile[]
    readonly deletions?: readonly string[]
  },
): Outcome<Commit> {
  const no = archived(repository)
  if (no !== undefined) return no
  const head = repository.state.branches.get(commit.branch)
  if (head === undefined) return refused('not-found', 404, `Branch "${commit.branch}" not found`)
  if (head !== commit.expectedHead) {
    const text = `Expected branch to point to "${commit.expectedHead}" but it did not. Pull and try again.`
    return refused('stale', 409, text)
  }
  const known = repository.objects.filesOf(head)
  if (commit.deletions?.some((path) => !known.has(path))) {
    return refused('invalid', 422, 'A path was requested for deletion which does not exist as of commit oid')
  }
  if (commit.files.some(({ path }) => path.startsWith('.github/workflows/'))) {
    return refused(
      'forbidden',
      403,
      'refusing to allow a GitHub App to create or update workflow without `workflows` permission',
    )
  }
  const rule = brokenRule(repository, 'message', commit.message)
  if (rule !== undefined) return refused('rules', 422, `Repository rule violations found\n\n${rule}`)
  const changes = new Map<string, Uint8Array | undefined>(commit.files.map(({ path, content }) => [path, content]))
  for (const path of commit.deletions ?? []) changes.set(path, undefined)
  const oid = repository.objects.putCommit({
    tree: repository.objects.treeWith(head, changes),
    parents: [head],
    message: commit.message,
    atMs: repository.now(),
    author: accountOf(actor),
    committer: repository.signs ? WEB_FLOW : accountOf(actor),
    verified: repository.signs,
  })
  moveUnchecked(repository, actor, [{ name: commit.branch, from: head, to: oid }])
  return good(made(repository, oid))
}

function made(repository: ModelRepository, oid: string): Commit {
  const commit = repository.objects.commits.get(oid)
  if (commit === undefined) throw new Error('a commit that was just made is there')
  return commit
}

export type NewPull = {
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly draft: boolean
}

export function createPull(repository: ModelRepository, actor: Actor, asked: NewPull): Outcome<PullState> {
  const no = archived(repository)
  if (no !== undefined) return no
  const { state, objects } = repository
  const [head, base] = [state.branches.get(asked.branch), state.branches.get(asked.base)]
  const long = tooLong(asked)
  if (long !== undefined) return { ok: false, refusal: long }
  if (base === undefined) return refused('invalid', 422, 'Base ref must be a branch')
  if (head === undefined) {
    const none = `No commits between ${asked.base} and ${asked.branch}`
    return refused(
      'invalid',
      422,
      `Head sha can't be blank, Base sha can't be blank, ${none}, Head ref must be a branch`,
    )
  }
  const twin = openPulls(state).some(
    (pull) => pull.branch === asked.branch && pull.base === asked.base && !pull.crossRepository,
  )
  if (twin) {
    return refused('exists', 422, `A pull request already exists for ${repository.owner}:${asked.branch}.`)
  }
  if (objects.contains(base, head)) {
    return refused('no-commits', 422, `No commits between ${asked.base} and ${asked.branch}`)
  }
  return good(addPull(repository, actor, asked, head, false))
}

export function addPull(
  repository: ModelRepository,
  actor: Actor,
  asked: NewPull,
  head: string,
  crossRepository: boolean,
): PullState {
  const number = repository.state.last + 1
  const at = repository.now()
  const pull: PullState = {
    ...asked,
    title: asked.title.trim(),
    number,
    author: accountOf(actor),
    createdAtMs: at,
    updatedAtMs: at,
    labels: [],
    comments: [],
    state: 'open',
    headOid: head,
    crossRepository,
    lastPusher: accountOf(actor),
    pushedAtMs: at,
    requested: [],
    reviews: [],
    unresolved: 0,
  }
  repository.set({ last: number, pulls: new Map(repository.state.pulls).set(number, pull) })
  return pull
}

function ended(repository: ModelRepository, actor: Actor, pull: PullState): PullState {
  const { autoMerge: _armed, queued: _queued, ...rest } = pull
  const baseAtEnd = repository.state.branches.get(pull.base) ?? ''
  return { ...rest, state: 'closed', endedBy: accountOf(actor), endedAtMs: repository.now(), baseAtEnd }
}

function reopened(repository: ModelRepository, pull: PullState): PullState | undefined {
  const { endedBy: _by, endedAtMs: _at, baseAtEnd: _base, ...rest } = pull
  const { state, objects } = repository
  const [head, base] = [state.branches.get(pull.branch), state.branches.get(pull.base)]
  const twin = openPulls(state).some((one) => one.branch === pull.branch && one.base === pull.base)
  if (head === undefined || base === undefined || twin) return undefined
  // A branch that was made anew or moved past the old head: GitHub reopens only what still holds it.
  if (!objects.contains(head, pull.headOid) || objects.contains(base, head)) return undefined
  return { ...rest, state: 'open', headOid: head }
}

export function updatePull(
  repository: ModelRepository,
  actor: Actor,
  number: number,
  change: ThreadChange,
): Outcome<null> {
  const no = archived(repository)
  if (no !== undefined) return no
  const pull = repository.state.pulls.get(number)
  if (pull === undefined) return refused('not-found', 404, 'Not Found')
  const long = tooLong(change)
  if (long !== undefined) return { ok: false, refusal: long }
  let next: PullState = { ...edited(pull, actor, change, repository.now()), updatedAtMs: repository.now() }
  if (change.state === 'closed' && pull.state === 'open') next = ended(repository, actor, next)
  if (change.state === 'open' && pull.state !== 'open') {
    const open = pull.state === 'closed' ? reopened(repository, next) : undefined
    if (open === undefined)
      return refused('invalid', 422, 'state cannot be changed. The pull request cannot be reopened.')
    next = open
  }
  repository.setPull(next)
  return OK
}
