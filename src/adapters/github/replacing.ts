import { KintsugiError } from '../../domain/index.ts'
import type { OpenResult } from '../../ports/index.ts'
import type { ApiPull, ApiRepository, Refusal } from './api.ts'
import { isSelf, type Judged, judge } from './authority.ts'
import { isLeftBehind, nextBranch } from './branches.ts'
import type { Desk } from './desk.ts'
import { markedBody } from './marks.ts'
import { isPlanned, type Plan } from './planning.ts'
import { denied } from './refusals.ts'
import { refused } from './rounds.ts'
import { shown } from './showing.ts'

/**
 * Puts another commit of ours in the place of the one that an open pull request shows, in three writes:
 * 1. the commit, on a branch of its own at its base;
 * 2. title and body, which then name that commit and still hold the machine block of the one that is shown;
 * 3. the branch moves there, only from the commit that was seen, and the other branch goes.
 *
 * The head stays one commit on one base, so that what a reviewer reads is what was proposed; whoever approved the old one has approved the
 * old one. After 1 or 2 the old proposal is what is believed; by 3 it is the new one. Cut between them, the next refresh goes on.
 */
export async function replace(
  desk: Desk,
  there: ApiRepository,
  pull: ApiPull,
  judged: Judged,
  plan: Plan,
): Promise<OpenResult | undefined> {
  const { proposal, tree } = plan
  const mark = { base: proposal.base.revision, tree, branch: proposal.base.branch }
  const stays = isShown(desk, pull, plan)
  if (isSettled(desk, pull, judged, plan)) return { result: 'exists', pull: shown(desk, pull, judged) }
  if (pull.inMergeQueue)
    return refused({ reason: 'in-merge-queue', message: `#${pull.number} is in the merge queue as it is` })
  // What was armed was judged on the old commit: GitHub would merge the new one by itself.
  if (isSelf(desk, pull.autoMerge?.by)) await desk.api.disarm(pull.number)
  const next = stays ? pull.headOid : await nextCommit(desk, there, plan)
  if (next === undefined || typeof next !== 'string') return next
  const body = markedBody(proposal.body, mark, stays ? undefined : beforeOf(judged, pull.base))
  if (body !== pull.body || pull.title !== proposal.title.trim()) {
    const said = await desk.api.updatePull(pull.number, { title: proposal.title, body })
    if (!said.ok) return afterRefusal(said.refusal)
  }
  if (!stays) {
    const temporary = nextBranch(proposal.branch)
    const moved = await desk.api.moveBranches([
      { name: proposal.branch, from: pull.headOid, to: next },
      { name: temporary, from: next, to: undefined },
    ])
    if (!moved.ok) return afterRefusal(moved.refusal)
  }
  return looked(desk, pull.number)
}

function isShown(desk: Desk, pull: ApiPull, plan: Plan): boolean {
  return isPlanned(
    desk,
    pull.commits.find(({ oid }) => oid === pull.headOid),
    plan,
  )
}

/** Whether the pull request shows the proposal already. */
export function isSettled(desk: Desk, pull: ApiPull, judged: Judged, plan: Plan): boolean {
  const { body, title } = plan.proposal
  return judged.state === 'whole' && judged.text === body && pull.title === title.trim() && isShown(desk, pull, plan)
}

/** The machine block that belongs to what the branch shows now, and its mark. */
function beforeOf({ state, text, own }: Judged, branch: string): Parameters<typeof markedBody>[2] {
  const base = own?.parents[0]
  if (own === undefined || base === undefined || state === 'unfinished') return undefined
  return { base, tree: own.tree, branch, text }
}

function afterRefusal(refusal: Refusal): OpenResult | undefined {
  const again = refusal.kind === 'stale' || refusal.kind === 'exists' || refusal.kind === 'not-found'
  return again ? undefined : refused(denied(refusal))
}

async function looked(desk: Desk, number: number): Promise<OpenResult | undefined> {
  const pull = await desk.api.pull(number)
  const judged = pull && (await judge(desk, pull))
  if (pull === undefined || judged?.state !== 'whole') return undefined
  return { result: 'adopted', pull: shown(desk, pull, judged) }
}

/** The planned commit on the branch beside, made or found there. */
async function nextCommit(desk: Desk, there: ApiRepository, plan: Plan): Promise<string | OpenResult | undefined> {
  const { base, branch: lane, commitMessage: message, files } = plan.proposal
  const name = nextBranch(lane)
  const tip = there.branches.get(name)
  if (tip !== undefined && tip !== base.revision) {
    if (isPlanned(desk, await desk.api.commit(tip), plan)) return tip
    if (!(await isLeftBehind(desk, tip, base.branch)))
      return refused({ reason: 'branch-taken', message: `${name} holds commits that are not ours` })
    const moved = await desk.api.moveBranches([{ name, from: tip, to: base.revision }])
    if (!moved.ok) return afterRefusal(moved.refusal)
  }
  const answer = await desk.api.write({
    ...(tip === undefined ? { branch: { name, oid: base.revision } } : {}),
    commit: { branch: name, expectedHead: base.revision, message, files },
    urgent: plan.proposal.urgent,
  })
  const refusal = [answer.branch, answer.commit].find((part) => part !== undefined && !part.ok)
  if (refusal !== undefined && !refusal.ok) return afterRefusal(refusal.refusal)
  const made = answer.commit?.ok === true ? answer.commit.value : undefined
  if (made === undefined) return undefined
  if (made.tree === plan.tree && (made.verified || !desk.signed)) return made.oid
  await desk.api.moveBranches([{ name, from: made.oid, to: undefined }])
  if (made.tree === plan.tree)
    return refused({ reason: 'commits-unsigned', message: `GitHub did not sign the commit ${made.oid.slice(0, 12)}` })
  throw new KintsugiError('KIN-9001', `the commit ${made.oid} has another tree than was planned: it was taken back`)
}
