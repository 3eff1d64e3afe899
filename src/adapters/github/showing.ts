import type { CommandFact, Pull, PullFacts, QueueFact } from '../../domain/index.ts'
import type { ApiComment, ApiPull, ApiQueued } from './api.ts'
import { isOurs, isSelf, isUntouched, type Judged, judge, judgeAtOnce } from './authority.ts'
import type { Desk } from './desk.ts'
import { readAnswer, readLiving } from './marks.ts'

const MOST_LINE = 300

const STATES: Readonly<Record<string, PullFacts['state']>> = {
  clean: 'clean',
  has_hooks: 'clean',
  blocked: 'blocked',
  draft: 'blocked',
  behind: 'behind',
  dirty: 'conflict',
  unstable: 'unstable',
}

/** Our living comment: the oldest that nobody else has written over. One that somebody has is theirs from then on, and another takes its place. */
export function livingOf(desk: Desk, pull: ApiPull): ApiComment | undefined {
  return pull.comments.find((one) => isUntouched(desk, one) && readLiving(one.body) !== undefined)
}

function commandOf({ id, author, createdAtMs, editedAtMs, body }: ApiComment): CommandFact[] {
  const firstLine = (body.split(/\r?\n/, 1)[0] ?? '').slice(0, MOST_LINE)
  if (!firstLine.startsWith('/kintsugi')) return []
  return [{ id, by: author, atMs: createdAtMs, edited: editedAtMs !== undefined, firstLine }]
}

/** Lists that a merge is judged on. Where one was cut nothing is told of it, and so it is not merged. */
const JUDGED: readonly string[] = ['checks', 'reviews', 'threads', 'files'] satisfies readonly (
  | keyof ApiPull
  | 'threads'
)[]

function isJudgeable({ state, incomplete = [] }: ApiPull): boolean {
  return state === 'open' && !incomplete.some((list) => JUDGED.includes(list))
}

function queueOf(desk: Desk, { by, position, group }: ApiQueued): QueueFact {
  const built = group && { group: { sha: group.oid, parent: group.parent } }
  return { by: isSelf(desk, by) ? 'bot' : 'person', place: position, ...built }
}

/** Who takes it out of the queue says no as who switches auto-merge off does; what the queue does of itself is no person's word. */
function stoppedFacts(
  desk: Desk,
  { disarmedBy, leftQueue }: ApiPull,
): Pick<PullFacts, 'disarmedByPerson' | 'leftQueueAtMs'> {
  const disarmed = disarmedBy !== undefined && !isSelf(desk, disarmedBy)
  if (leftQueue === undefined || isSelf(desk, leftQueue.by)) return { disarmedByPerson: disarmed }
  return leftQueue.by.kind === 'user'
    ? { disarmedByPerson: true }
    : { disarmedByPerson: disarmed, leftQueueAtMs: leftQueue.atMs }
}

function factsOf(desk: Desk, pull: ApiPull, { own }: Judged): PullFacts {
  const head = pull.commits.find(({ oid }) => oid === pull.headOid)
  // The date of a commit that GitHub made is GitHub's; anybody else's is what its author's clock said.
  const pushed = own !== undefined && own.oid === pull.headOid ? { pushedAtMs: own.atMs } : {}
  return {
    sha: pull.headOid,
    draft: pull.draft,
    mergeable: pull.mergeable,
    state: (Object.hasOwn(STATES, pull.mergeState) ? STATES[pull.mergeState] : undefined) ?? 'unknown',
    checks: pull.checks,
    reviews: pull.reviews,
    unresolvedConversations: pull.unresolvedConversations,
    ...(pull.autoMerge && { autoMerge: { by: isSelf(desk, pull.autoMerge.by) ? 'bot' : 'person' } as const }),
    ...stoppedFacts(desk, pull),
    inMergeQueue: pull.inMergeQueue,
    ...(pull.queued && { queue: queueOf(desk, pull.queued) }),
    verified: head?.verified ?? false,
    ...pushed,
  }
}

function approversOf(pull: ApiPull): readonly string[] {
  return pull.reviews
    .filter(({ by, state, counts }) => state === 'approved' && counts && by.kind === 'user')
    .map(({ by }) => by.login)
}

/** A pull request of ours as the port shows it. */
export function shown(desk: Desk, pull: ApiPull, judged: Judged): Pull {
  const { state, own, text } = judged
  const unsettled = state === 'cut' || state === 'updated' || state === 'renamed'
  const living = livingOf(desk, pull)
  const comment = living === undefined ? {} : { comment: readLiving(living.body) ?? '' }
  const answers = pull.comments.flatMap((one) => (isUntouched(desk, one) ? (readAnswer(one.body)?.text ?? []) : []))
  return {
    number: pull.number,
    url: pull.url,
    state: pull.state,
    ...(pull.state === 'open' ? {} : { endedBy: isSelf(desk, pull.endedBy) ? ('bot' as const) : ('person' as const) }),
    branch: pull.branch,
    base: pull.base,
    headSha: pull.headOid,
    headIsOurs: state === 'whole' || unsettled,
    ...(pull.state === 'open' && unsettled ? { unsettled: true as const } : {}),
    ...(state === 'flooded' ? { unread: 'comments-unread' as const } : {}),
    ...(pull.mergeCommit === undefined ? {} : { mergeCommit: pull.mergeCommit }),
    title: pull.title,
    body: text,
    createdAtMs: pull.createdAtMs,
    ...(pull.endedAtMs === undefined ? {} : { endedAtMs: pull.endedAtMs }),
    files: [...pull.files].sort(),
    commitMessage: own?.message ?? '',
    ...comment,
    ...(isJudgeable(pull) ? { facts: factsOf(desk, pull, judged) } : {}),
    commands: pull.comments.flatMap(commandOf),
    answers,
    ...(pull.state === 'merged' ? { approvers: approversOf(pull) } : {}),
  }
}

/** Undefined for what is not ours, or was never finished. */
export async function show(desk: Desk, pull: ApiPull): Promise<Pull | undefined> {
  if (!isOurs(desk, pull)) return undefined
  const judged = pull.state === 'open' ? await judge(desk, pull) : judgeAtOnce(desk, pull)
  const unfinished = judged.state === 'unfinished' && (pull.state === 'open' || isSelf(desk, pull.endedBy))
  return unfinished ? undefined : shown(desk, pull, judged)
}
