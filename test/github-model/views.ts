import { gzipSync } from 'node:zlib'
import type {
  ApiAwaiting,
  ApiCheckRun,
  ApiComment,
  ApiCommit,
  ApiComparison,
  ApiIssue,
  ApiListing,
  ApiPull,
  ApiQueued,
  ApiRepository,
  AwaitingPull,
  RepositoryQuery,
} from '../../src/adapters/github/api.ts'
import type { Account, BaseRules } from '../../src/domain/index.ts'
import { blockersOf, checksOf, filesOf, reviewsOf, rulesIn } from './facts.ts'
import type { Objects } from './objects.ts'
import type { ModelRepository } from './repository.ts'
import type { CommentState, IssueState, PullState, State } from './state.ts'

const CONCLUSIONS = ['success', 'neutral', 'action_required', 'failure', 'cancelled'] as const

export function commentView(comment: CommentState): ApiComment {
  const { reactions: _none, ...rest } = comment
  return rest
}

export function issueView(issue: IssueState): ApiIssue {
  const { number, author, state, title, body, createdAtMs, editedAtMs, bodyEditor, closedBy, closedAs } = issue
  return {
    number,
    author,
    state,
    title,
    body,
    createdAtMs,
    ...(bodyEditor === undefined ? {} : { editor: bodyEditor }),
    ...(editedAtMs === undefined ? {} : { editedAtMs }),
    ...(closedBy === undefined ? {} : { closedBy }),
    ...(closedAs === undefined ? {} : { closedAs }),
  }
}

/** Every issue with a label, oldest first. */
export function labelled(state: State, label: string): readonly ApiIssue[] {
  return [...state.issues.values()].filter(({ labels }) => labels.includes(label)).map(issueView)
}

/** The newest check run of one app with one name on a commit. */
export function checkView(
  state: State,
  app: number,
  sha: string,
  name: string,
): (ApiCheckRun & { readonly id: string }) | undefined {
  const found = state.checks.filter((check) => check.app === app && check.sha === sha && check.name === name).at(-1)
  if (found === undefined) return undefined
  const { id, status, title, summary, text, externalId } = found
  const conclusion = CONCLUSIONS.find((one) => one === found.conclusion)
  return {
    id,
    sha,
    name,
    status,
    title,
    summary,
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(text === undefined ? {} : { text }),
    ...(externalId === undefined ? {} : { externalId }),
  }
}

function mergeability(repository: ModelRepository, state: State, pull: PullState): ApiPull['mergeable'] {
  const base = state.branches.get(pull.base) ?? ''
  const key = `${pull.number} ${pull.headOid} ${base}`
  if (repository.mergeability === 'when-asked' && !repository.computed.has(key)) {
    repository.computed.add(key)
    return 'unknown'
  }
  return repository.objects.merged(base, pull.headOid) === undefined ? 'conflict' : 'yes'
}

function mergeState(repository: ModelRepository, state: State, pull: PullState, mergeable: string): string {
  if (pull.state !== 'open' || mergeable === 'unknown') return 'unknown'
  const blockers = blockersOf(state, repository.objects, pull).map((one) => one.state)
  if (blockers.includes('conflict')) return 'dirty'
  if (blockers.includes('draft')) return 'draft'
  if (blockers.includes('blocked')) return 'blocked'
  if (blockers.includes('behind')) return 'behind'
  const settled = ['green', 'neutral', 'skipped']
  return checksOf(state, pull.headOid).every((check) => settled.includes(check.state)) ? 'clean' : 'unstable'
}

function queuedView(state: State, pull: PullState, { group, onto, by }: NonNullable<PullState['queued']>): ApiQueued {
  const queue = [...state.pulls.values()].filter((one) => one.base === pull.base && one.queued !== undefined)
  return {
    by,
    position: 1 + queue.findIndex(({ number }) => number === pull.number),
    group: { oid: group, parent: onto },
  }
}

export function pullView(repository: ModelRepository, state: State, pull: PullState): ApiPull {
  const { objects } = repository
  const base = pull.baseAtEnd ?? state.branches.get(pull.base)
  const mergeable = pull.state === 'open' ? mergeability(repository, state, pull) : 'unknown'
  return {
    id: `PR_${pull.number}`,
    number: pull.number,
    url: `https://github.example/${repository.owner}/${repository.name}/pull/${pull.number}`,
    state: pull.state,
    author: pull.author,
    ...(pull.bodyEditor === undefined ? {} : { bodyEditor: pull.bodyEditor }),
    ...(pull.endedBy === undefined ? {} : { endedBy: pull.endedBy }),
    createdAtMs: pull.createdAtMs,
    ...(pull.endedAtMs === undefined ? {} : { endedAtMs: pull.endedAtMs }),
    title: pull.title,
    body: pull.body,
    branch: pull.branch,
    base: pull.base,
    headOid: pull.headOid,
    crossRepository: pull.crossRepository,
    draft: pull.draft,
    ...(pull.mergeCommit === undefined ? {} : { mergeCommit: pull.mergeCommit }),
    files: filesOf(state, objects, pull),
    commits: objects.between(base, pull.headOid).slice(-50),
    labels: pull.labels,
    comments: pull.comments.map(commentView),
    mergeable,
    mergeState: mergeState(repository, state, pull, mergeable),
    checks: checksOf(state, pull.headOid),
    reviews: reviewsOf(state, pull),
    unresolvedConversations: pull.unresolved,
    ...(pull.autoMerge === undefined ? {} : { autoMerge: { by: pull.autoMerge.by } }),
    ...(pull.disarmedBy === undefined ? {} : { disarmedBy: pull.disarmedBy }),
    ...(pull.leftQueue === undefined ? {} : { leftQueue: pull.leftQueue }),
    inMergeQueue: pull.queued !== undefined,
    ...(pull.queued === undefined ? {} : { queued: queuedView(state, pull, pull.queued) }),
  }
}

function baseRules(state: State, branch: string): BaseRules {
  const { dismissStale: _theirs, ...rules } = rulesIn(state, branch)
  const allowed = state.settings.mergeMethods
  const mergeMethods = rules.mergeMethods.filter((method) => allowed.includes(method))
  return { ...rules, mergeMethods, autoMerge: state.settings.autoMerge }
}

/** Newest first. */
export function pullsOf(repository: ModelRepository, state: State, fits: (pull: PullState) => boolean): ApiPull[] {
  const found = [...state.pulls.values()].filter(fits).reverse()
  return found.map((pull) => pullView(repository, state, pull))
}

/** R, as it was at one state. */
export function repositoryView(
  repository: ModelRepository,
  state: State,
  query: RepositoryQuery,
  self: string,
): ApiRepository {
  const oid = state.branches.get(query.base)
  const { settings } = state
  const below = (branch: string): boolean => branch.startsWith(`${query.prefix}/`)
  const { issueLabel } = query
  return {
    id: 'R_1',
    visibility: settings.visibility,
    archived: settings.archived,
    issues: settings.issues,
    defaultBranch: settings.defaultBranch,
    ...(oid === undefined
      ? {}
      : { base: { branch: query.base, oid, tree: repository.objects.commits.get(oid)?.tree ?? '' } }),
    rules: baseRules(state, query.base),
    squash: { title: settings.squashTitle, message: settings.squashMessage },
    deletesBranches: settings.deletesBranches,
    branches: new Map([...state.branches].filter(([name]) => below(name))),
    open: pullsOf(repository, state, (pull) => pull.state === 'open' && below(pull.branch)),
    ended: pullsOf(
      repository,
      state,
      (pull) => pull.state !== 'open' && below(pull.branch) && (pull.endedAtMs ?? 0) >= query.sinceMs,
    ),
    ofHeads: new Map(
      query.heads.map((head) => [head, pullsOf(repository, state, (pull) => pull.branch === head).slice(0, 50)]),
    ),
    labels: new Map(
      query.labels.flatMap((label) => {
        const id = state.labels.get(label)
        return id === undefined ? [] : [[label, id] as const]
      }),
    ),
    livingIssues: issueLabel === undefined ? [] : labelled(state, issueLabel),
    createdSince: (sinceMs) =>
      [...state.pulls.values()].filter(
        (pull) => below(pull.branch) && pull.author.login === self && pull.createdAtMs >= sinceMs,
      ).length,
  }
}

export function commitView(objects: Objects, oid: string): ApiCommit | undefined {
  return objects.commits.get(oid)
}

export function comparison(objects: Objects, base: string, head: string): ApiComparison | undefined {
  const mergeBase = objects.mergeBase(base, head)
  if (mergeBase === undefined) return undefined
  const status = base === head ? 'identical' : mergeBase === base ? 'ahead' : mergeBase === head ? 'behind' : 'diverged'
  const [before, after] = [objects.filesOf(mergeBase), objects.filesOf(head)]
  const all = objects.changed(before, after).map((path) => {
    const oid = after.get(path)?.oid
    return { path, oid, status: oid === undefined ? 'removed' : before.has(path) ? 'modified' : 'added' }
  })
  return { status, mergeBase, files: all.slice(0, 300), complete: all.length <= 300 }
}

export function listing(objects: Objects, revision: string): ApiListing | undefined {
  const commit = objects.commits.get(revision)
  if (commit === undefined) return undefined
  const entries = [...objects.filesOf(revision)].map(([path, { mode, oid }]) => {
    const size = objects.blobs.get(oid)?.byteLength
    return { path, mode, oid, ...(size === undefined ? {} : { size }) }
  })
  return { tree: commit.tree, entries, complete: true }
}

function header(name: string, size: number, type: string, mode: string): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100)
  block.write(mode, 100)
  block.write('0000000\0'.repeat(2), 108)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write(`${'0'.repeat(11)}\0`, 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\0' + '00', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A .tar.gz as GitHub gives it: the commit in a global header, all files below one folder. Paths up to 90 characters. */
export function archive(repository: ModelRepository, revision: string): Uint8Array {
  const { objects } = repository
  const root = `${repository.owner}-${repository.name}-${revision.slice(0, 7)}`
  const comment = `52 comment=${revision}\n`
  const padded = (content: Uint8Array): Buffer => {
    const whole = Buffer.alloc(Math.ceil(content.byteLength / 512) * 512)
    whole.set(content)
    return whole
  }
  const parts = [header('pax_global_header', comment.length, 'g', '0000666\0'), padded(Buffer.from(comment))]
  parts.push(header(`${root}/`, 0, '5', '0000775\0'))
  for (const [path, { mode, oid }] of objects.filesOf(revision)) {
    const content = objects.blobs.get(oid) ?? new Uint8Array()
    const bits = mode === '100755' ? '0000775\0' : '0000664\0'
    parts.push(header(`${root}/${path}`, content.byteLength, '0', bits), padded(content))
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]))
}

/** Commits that touched a file or folder, newest first. */
export function commitsTouching(
  objects: Objects,
  path: string,
  from: string,
  limit: number,
): readonly { readonly revision: string; readonly atMs: number; readonly by: Account }[] {
  const under = (one: string): boolean => path === '' || one === path || one.startsWith(`${path}/`)
  const touched = objects.between(undefined, from).filter((commit) => {
    const parents = commit.parents.length === 0 ? [undefined] : commit.parents
    return parents.every((parent) => objects.changed(objects.filesOf(parent), objects.filesOf(commit.oid)).some(under))
  })
  return touched
    .reverse()
    .slice(0, limit)
    .map(({ oid, atMs, author }) => ({ revision: oid, atMs, by: author }))
}

export function awaitingView(state: State, base: string): ApiAwaiting {
  const pulls = [...state.pulls.values()].filter((pull) => pull.state === 'open' && pull.base === base)
  return {
    pulls: pulls.map(awaitingPull),
    queue: pulls.flatMap((pull) =>
      pull.queued === undefined ? [] : [{ ...awaitingPull(pull), group: pull.queued.group }],
    ),
  }
}

function awaitingPull({ number, author, branch, crossRepository, headOid }: PullState): AwaitingPull {
  return { number, author, branch, crossRepository, headOid }
}
