import {
  type AdornAnswer,
  type AdornDocument,
  AmbiguousWrite,
  type ApiFile,
  type GitHubApi,
  type Last,
  type Outcome,
  type WriteAnswer,
  type WriteDocument,
} from '../../src/adapters/github/api.ts'
import { KintsugiError } from '../../src/domain/index.ts'
import { roleIn } from './facts.ts'
import { arm, dequeue, disarm, enqueue, merge, settle } from './merges.ts'
import { createBranch, moveBranches } from './moves.ts'
import { commitOnBranch, createPull, updatePull } from './pulls.ts'
import { good, refused } from './refusals.ts'
import { accountOf, type ModelRepository, WEB_FLOW } from './repository.ts'
import type { Actor, State } from './state.ts'
import { changeComment, checkRun, createComment, createIssue, updateIssue } from './threads.ts'
import {
  archive,
  awaitingView,
  checkView,
  commentView,
  commitsTouching,
  commitView,
  comparison,
  issueView,
  labelled,
  listing,
  pullsOf,
  pullView,
  repositoryView,
} from './views.ts'

/** One outside request, counted from 1. */
export type Call = { readonly count: number; readonly method: keyof GitHubApi; readonly write: boolean }

/**
 * What goes wrong with one call. `refused`: never sent. `lost-before` and `lost-after`: a 502, a reset or a time-out, without the effect
 * and after it; both look alike from outside. `partial`: a document of which only the first parts happened. `stale`: a read that is
 * answered as of so many changes ago. `kill-*`: the process ends there.
 */
export type Fault =
  | 'refused'
  | 'lost-before'
  | 'lost-after'
  | 'kill-before'
  | 'kill-after'
  | { readonly partial: number }
  | { readonly stale: number }

/** The process is gone: whoever runs it starts another, with nothing of its memory. */
export class Kill extends Error {
  override readonly name = 'Kill'
}

export type ModelApiOptions = {
  readonly actor: Actor & { readonly kind: 'app'; readonly appId: number }
  readonly faults?: (call: Call) => Fault | undefined
  /** Awaited before a call reaches GitHub and again before its answer comes back. */
  readonly turn?: (call: Call, when: 'before' | 'after') => Promise<void>
  readonly calls?: Call[]
  /** What a call saw: versions of the repository before and after it. For a read, the one that answered it. */
  readonly seen?: (call: Call, from: number, to: number) => void
  /** Whether members of teams may be read. */
  readonly members?: boolean
}

export function unreachable(method: string): KintsugiError {
  return new KintsugiError('KIN-4003', `GitHub cannot be reached for ${method}`)
}

/** What the last word of the caller makes of a write before it is sent. */
async function withheld(last: Last | undefined): Promise<Outcome<never> | undefined> {
  if (last === undefined || (await last())) return undefined
  return { ok: false, refusal: { kind: 'withheld', status: 0, text: '' } }
}

type Gate = {
  read<T>(method: keyof GitHubApi, answer: (state: State) => T): Promise<T>
  write<T>(method: keyof GitHubApi, effect: (parts: number) => T): Promise<T>
}

/** Puts the plan of faults between the caller and the repository. Each effect is one step that nothing comes between. */
function gateOf(repository: ModelRepository, options: ModelApiOptions): Gate {
  let count = 0
  const begin = async (method: keyof GitHubApi, write: boolean): Promise<[Call, Fault | undefined]> => {
    const call = { count: ++count, method, write }
    await options.turn?.(call, 'before')
    options.calls?.push(call)
    const fault = options.faults?.(call)
    if (fault === 'kill-before') throw new Kill()
    if (fault === 'refused') throw unreachable(method)
    return [call, fault]
  }
  return {
    async read(method, answer) {
      const [call, fault] = await begin(method, false)
      if (fault === 'lost-before' || fault === 'lost-after') throw unreachable(method)
      const stale = typeof fault === 'object' && 'stale' in fault ? fault.stale : 0
      const state = repository.earlier(stale)
      const value = answer(state)
      options.seen?.(call, state.version, state.version)
      await options.turn?.(call, 'after')
      if (fault === 'kill-after') throw new Kill()
      return value
    },
    async write(method, effect) {
      const [call, fault] = await begin(method, true)
      if (fault === 'lost-before') throw new AmbiguousWrite(method)
      const partial = typeof fault === 'object' && 'partial' in fault
      const { version } = repository.state
      const value = effect(partial ? fault.partial : Number.POSITIVE_INFINITY)
      settle(repository)
      options.seen?.(call, version, repository.state.version)
      await options.turn?.(call, 'after')
      if (fault === 'kill-after') throw new Kill()
      if (fault === 'lost-after' || partial) throw new AmbiguousWrite(method)
      return value
    },
  }
}

function written(repository: ModelRepository, actor: Actor, document: WriteDocument, parts: number): WriteAnswer {
  const { branch, commit, pull } = document
  let left = parts
  const part = <T>(asked: unknown, run: () => T): T | undefined =>
    asked === undefined || left-- <= 0 ? undefined : run()
  const made = part(branch, () => createBranch(repository, actor, branch?.name ?? '', branch?.oid ?? ''))
  const committed = part(commit, () => (commit === undefined ? undefined : commitOnBranch(repository, actor, commit)))
  const opened = part(pull, () => (pull === undefined ? undefined : createPull(repository, actor, pull)))
  return {
    ...(made === undefined ? {} : { branch: made }),
    ...(committed === undefined ? {} : { commit: committed }),
    ...(opened === undefined
      ? {}
      : { pull: opened.ok ? good(pullView(repository, repository.state, opened.value)) : opened }),
  }
}

function adorned(repository: ModelRepository, actor: Actor, document: AdornDocument, parts: number): AdornAnswer {
  const pull = repository.state.pulls.get(document.pull.number)
  const missing = document.labels.filter((label) => !repository.state.labels.has(label))
  if (pull === undefined) return { missing: [...document.labels, ...document.reviewers] }
  let left = parts
  const labels = document.labels.filter((label) => !missing.includes(label))
  if (labels.length > 0 && left-- > 0) {
    repository.setPull({ ...pull, labels: [...new Set([...pull.labels, ...labels])] })
  }
  const { roles, teams } = repository.state
  const known = document.reviewers.filter((one) => one !== pull.author.login && (roles.has(one) || teams.has(one)))
  missing.push(...document.reviewers.filter((one) => !known.includes(one)))
  if (known.length > 0 && left-- > 0) {
    const now = repository.state.pulls.get(pull.number) ?? pull
    repository.setPull({ ...now, requested: [...new Set([...now.requested, ...known])] })
  }
  if (document.check === undefined || left <= 0) return { missing }
  return { missing, check: checkRun(repository, actor, document.check) }
}

function orphan(
  repository: ModelRepository,
  actor: Actor,
  branch: string,
  message: string,
  files: readonly ApiFile[],
): Outcome<{ readonly commit: string }> {
  if (repository.state.branches.has(branch)) return refused('exists', 422, 'Reference already exists')
  const commit = repository.objects.putCommit({
    tree: repository.objects.treeWith(undefined, new Map(files.map(({ path, content }) => [path, content]))),
    parents: [],
    message,
    atMs: repository.now(),
    author: accountOf(actor),
    committer: repository.signs ? WEB_FLOW : accountOf(actor),
    verified: repository.signs,
  })
  const made = createBranch(repository, actor, branch, commit)
  return made.ok ? good({ commit }) : made
}

type Reads =
  | 'repository'
  | 'pull'
  | 'pullsOf'
  | 'branch'
  | 'commit'
  | 'compare'
  | 'listing'
  | 'blob'
  | 'archive'
  | 'commitsTouching'
  | 'role'
  | 'inTeam'
  | 'issues'
  | 'checkOf'
  | 'awaiting'

function reads(repository: ModelRepository, gate: Gate, options: ModelApiOptions): Pick<GitHubApi, Reads> {
  const { objects } = repository
  const atRevision = (state: State, from: string): string => state.branches.get(from) ?? from
  return {
    repository: (query) =>
      gate.read('repository', (state) => repositoryView(repository, state, query, options.actor.login)),
    pull: (number) =>
      gate.read('pull', (state) => {
        const pull = state.pulls.get(number)
        return pull === undefined ? undefined : pullView(repository, state, pull)
      }),
    pullsOf: (branch, limit) =>
      gate.read('pullsOf', (state) => pullsOf(repository, state, (pull) => pull.branch === branch).slice(0, limit)),
    branch: (name) => gate.read('branch', (state) => state.branches.get(name)),
    commit: (oid) => gate.read('commit', () => commitView(objects, oid)),
    compare: (base, head) =>
      gate.read('compare', (state) => comparison(objects, atRevision(state, base), atRevision(state, head))),
    listing: (revision) => gate.read('listing', (state) => listing(objects, atRevision(state, revision))),
    blob: (oid) =>
      gate.read('blob', () => {
        const content = objects.blobs.get(oid)
        if (content === undefined) throw new KintsugiError('KIN-4002', `there is no blob ${oid}`)
        return content
      }),
    archive: (revision) =>
      gate.read('archive', (state) => {
        const bytes = archive(repository, atRevision(state, revision))
        return (async function* () {
          yield bytes
        })()
      }),
    commitsTouching: (path, from, limit) =>
      gate.read('commitsTouching', (state) => commitsTouching(objects, path, atRevision(state, from), limit)),
    role: (login) => gate.read('role', (state) => roleIn(state, login)),
    inTeam: (organisation, team, login) =>
      gate.read('inTeam', (state) =>
        options.members === false ? 'unknown' : (state.teams.get(`${organisation}/${team}`) ?? []).includes(login),
      ),
    issues: (label) => gate.read('issues', (state) => labelled(state, label)),
    checkOf: (sha, name) => gate.read('checkOf', (state) => checkView(state, options.actor.appId, sha, name)),
    awaiting: (base) => gate.read('awaiting', (state) => awaitingView(state, base)),
  }
}

/** GitHub as one app sees it. Every call is two moments at which others may act: before it arrives, and before its answer does. */
export function modelApi(repository: ModelRepository, options: ModelApiOptions): GitHubApi {
  const { actor } = options
  const gate = gateOf(repository, options)
  return {
    owner: repository.owner,
    name: repository.name,
    self: { login: actor.login, appId: actor.appId },
    ...reads(repository, gate, options),
    write: (document) => gate.write('write', (parts) => written(repository, actor, document, parts)),
    adorn: (document) => gate.write('adorn', (parts) => adorned(repository, actor, document, parts)),
    moveBranches: (changes) => gate.write('moveBranches', () => moveBranches(repository, actor, changes)),
    updatePull: (number, change) => gate.write('updatePull', () => updatePull(repository, actor, number, change)),
    createComment: (issue, body) =>
      gate.write('createComment', () => {
        const made = createComment(repository, actor, issue, body)
        return made.ok ? good(commentView(made.value)) : made
      }),
    updateComment: (id, body) =>
      gate.write('updateComment', () =>
        changeComment(repository, id, (comment) => ({
          ...comment,
          body,
          editor: accountOf(actor),
          editedAtMs: repository.now(),
        })),
      ),
    react: (id, content) =>
      gate.write('react', () =>
        changeComment(repository, id, (comment) => {
          const others = comment.reactions.filter((one) => one.by !== actor.login || one.content !== content)
          return { ...comment, reactions: [...others, { by: actor.login, content }] }
        }),
      ),
    checkRun: (run) => gate.write('checkRun', () => checkRun(repository, actor, run)),
    merge: async (number, how) =>
      (await withheld(how.last)) ?? gate.write('merge', () => merge(repository, actor, number, how)),
    enqueue: async (number, sha, last) =>
      (await withheld(last)) ?? gate.write('enqueue', () => enqueue(repository, actor, number, sha)),
    dequeue: (number) => gate.write('dequeue', () => dequeue(repository, actor, number)),
    arm: (number, sha, method) => gate.write('arm', () => arm(repository, actor, number, sha, method)),
    disarm: (number) => gate.write('disarm', () => disarm(repository, actor, number)),
    createIssue: (issue) =>
      gate.write('createIssue', () => {
        const made = createIssue(repository, actor, issue)
        return made.ok ? good(issueView(made.value)) : made
      }),
    updateIssue: (number, change) => gate.write('updateIssue', () => updateIssue(repository, actor, number, change)),
    createOrphan: (branch, message, files) =>
      gate.write('createOrphan', () => orphan(repository, actor, branch, message, files)),
  }
}
