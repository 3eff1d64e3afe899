import { KintsugiError, type Onboarding, onboardingBranch, type Proposal } from '../../domain/index.ts'
import type { OpenResult } from '../../ports/index.ts'
import { offerRefusalOf, refusalOf } from '../forge-limits/index.ts'
import type { ApiCheckRun, ApiPull, ApiRepository, Refusal, WriteAnswer } from './api.ts'
import { isOurs, judge } from './authority.ts'
import { isLeftBehind, openOn } from './branches.ts'
import { ask, type Denied, type Desk } from './desk.ts'
import { markedBody } from './marks.ts'
import { baseRefusal, isDenied, isPlanned, type Plan, planOf, type Sent, sentOf } from './planning.ts'
import { denied } from './refusals.ts'
import { isSettled, replace } from './replacing.ts'
import { inRounds, type Round, refused, rounds } from './rounds.ts'
import { shown } from './showing.ts'

/**
 * Opens the pull request of a lane: one request that looks, one that writes, one that gives it its labels, reviewers and check run. Cut
 * anywhere, the next call finds what is there and goes on from it.
 */
export async function open(desk: Desk, proposal: Proposal): Promise<OpenResult> {
  const refusal = refusalOf(proposal, desk.bounds)
  if (refusal !== undefined) return refused(refusal)
  return inRounds(desk, proposal.branch, (round) => tryOpen(desk, sentOf(proposal), round))
}

async function tryOpen(desk: Desk, proposal: Sent, round: Round): Promise<OpenResult | undefined> {
  const there = await ask(desk, {
    base: proposal.base.branch,
    heads: [proposal.branch],
    labels: proposal.labels,
  })
  if (there.archived) return refused({ reason: 'repository-unavailable', message: 'the repository is archived' })
  const held = openOn(there, proposal.branch)
  if (held !== undefined) return found(desk, there, held, proposal, round)
  if (!round.mayWrite) return undefined
  const wrong = await baseRefusal(desk, there, proposal)
  if (wrong !== undefined) return refused(wrong)
  const plan = await planOf(desk, proposal)
  if (isDenied(plan)) return refused(plan)
  const tip = there.branches.get(proposal.branch)
  const state = tip === undefined ? 'absent' : await stateOf(desk, proposal, plan, tip)
  if (state === 'taken')
    return refused({ reason: 'branch-taken', message: `${proposal.branch} holds commits that are not ours` })
  if (state === 'older' && tip !== undefined) {
    const moved = await desk.api.moveBranches([{ name: proposal.branch, from: tip, to: proposal.base.revision }])
    if (!moved.ok) return retryOrRefuse(moved.refusal)
  }
  return written(desk, plan, state, tip)
}

/** There is one already. One that two writers left half opened is mended: nothing of it was believed. */
async function found(
  desk: Desk,
  there: ApiRepository,
  held: ApiPull,
  proposal: Sent,
  { first, mayWrite }: Round,
): Promise<OpenResult | undefined> {
  if (!isOurs(desk, held))
    return refused({
      reason: 'branch-taken',
      message: `#${held.number}, which is not ours, holds ${proposal.branch}`,
    })
  const judged = await judge(desk, held)
  if (judged.state !== 'unfinished') {
    if (!first && mayWrite) await adorn(desk, held, proposal)
    return { result: first ? 'exists' : 'adopted', pull: shown(desk, held, judged) }
  }
  if (!mayWrite) return undefined
  const wrong = await baseRefusal(desk, there, proposal)
  if (wrong !== undefined) return refused(wrong)
  const plan = await planOf(desk, proposal)
  return isDenied(plan) ? refused(plan) : replace(desk, there, held, judged, plan)
}

type BranchState = 'absent' | 'empty' | 'planned' | 'older' | 'taken'

/** What a branch that no pull request holds shows: nothing but the base, our commit, an older one of ours, or somebody's work. */
async function stateOf(desk: Desk, proposal: Sent, plan: Plan, tip: string): Promise<BranchState> {
  if (tip === proposal.base.revision) return 'empty'
  const commit = await desk.api.commit(tip)
  if (isPlanned(desk, commit, plan)) return 'planned'
  return (await isLeftBehind(desk, tip, proposal.base.branch)) ? 'older' : 'taken'
}

/** Undefined asks for another look: somebody was first. */
function retryOrRefuse(refusal: Refusal): OpenResult | undefined {
  const again = refusal.kind === 'exists' || refusal.kind === 'stale' || refusal.kind === 'no-commits'
  return again ? undefined : refused(denied(refusal))
}

async function written(
  desk: Desk,
  plan: Plan,
  state: BranchState,
  tip: string | undefined,
): Promise<OpenResult | undefined> {
  const { proposal, tree } = plan
  const { branch, base, title, body, files, commitMessage } = proposal
  const answer = await desk.api.write({
    ...(state === 'absent' ? { branch: { name: branch, oid: base.revision } } : {}),
    ...(state === 'planned' ? {} : { commit: { branch, expectedHead: base.revision, message: commitMessage, files } }),
    pull: {
      branch,
      base: base.branch,
      title,
      body: markedBody(body, { base: base.revision, tree, branch: base.branch }),
      draft: proposal.draft ?? false,
    },
    urgent: proposal.urgent,
  })
  const wrong = await wrongCommit(desk, plan, answer)
  if (wrong !== undefined) return refused(wrong)
  const refusal = firstRefusal(answer)
  if (refusal !== undefined) return afterRefusal(desk, plan, state, refusal)
  if (answer.pull?.ok !== true) return undefined
  const pull = answer.pull.value
  const judged = await judge(desk, pull)
  if (judged.state !== 'whole') return undefined
  await adorn(desk, pull, proposal)
  return { result: tip === undefined ? 'opened' : 'adopted', pull: shown(desk, pull, judged) }
}

type PartRefusal = Refusal & { readonly part: 'branch' | 'commit' | 'pull' }

/** The first part that was refused; the others follow from it. */
function firstRefusal({ branch, commit, pull }: WriteAnswer): PartRefusal | undefined {
  if (branch?.ok === false) return { ...branch.refusal, part: 'branch' }
  if (commit?.ok === false) return { ...commit.refusal, part: 'commit' }
  return pull?.ok === false ? { ...pull.refusal, part: 'pull' } : undefined
}

/** A part was refused. What then cannot be opened leaves no branch behind. */
async function afterRefusal(
  desk: Desk,
  { proposal }: Plan,
  state: BranchState,
  refusal: PartRefusal,
): Promise<OpenResult | undefined> {
  if (refusal.part === 'branch' && refusal.kind === 'invalid')
    return refused({ reason: 'branch-taken', message: `no branch ${proposal.branch}: ${denied(refusal).message}` })
  // The branch went while the rest was on its way.
  const gone = refusal.part !== 'branch' && (refusal.kind === 'not-found' || /head ref must be/i.test(refusal.text))
  const result = gone ? undefined : retryOrRefuse(refusal)
  if (result !== undefined && state !== 'planned') await dropBranch(desk, proposal)
  return result
}

async function dropBranch(desk: Desk, { branch, base }: Sent): Promise<void> {
  const at = await desk.api.branch(branch)
  if (at === undefined || !(await isLeftBehind(desk, at, base.branch))) return
  await desk.api.moveBranches([{ name: branch, from: at, to: undefined }])
}

/**
 * Holds the commit that GitHub made against the plan. A commit that is not signed is taken back and refused; another tree than the planned one
 * must not be: it is taken back too, and thrown as KIN-9001.
 */
async function wrongCommit(desk: Desk, { tree, proposal }: Plan, answer: WriteAnswer): Promise<Denied | undefined> {
  const made = answer.commit?.ok === true ? answer.commit.value : undefined
  if (made === undefined) return undefined
  const unsigned = desk.signed && !made.verified
  if (made.tree === tree && !unsigned) return undefined
  if (answer.pull?.ok === true) await desk.api.updatePull(answer.pull.value.number, { state: 'closed' })
  await desk.api.moveBranches([{ name: proposal.branch, from: made.oid, to: undefined }])
  if (made.tree === tree)
    return { reason: 'commits-unsigned', message: `GitHub did not sign the commit ${made.oid.slice(0, 12)}` }
  throw new KintsugiError('KIN-9001', `the commit ${made.oid} has another tree than was planned: it was taken back`)
}

/** Gives once more what an opening that was cut did not. */
export async function give(desk: Desk, number: number, what: Given): Promise<void> {
  const pull = await desk.api.pull(number)
  if (pull?.state === 'open' && isOurs(desk, pull)) await adorn(desk, pull, what)
}

type Given = Pick<Sent, 'labels' | 'reviewers' | 'unjudged'>

/** A: labels, reviewers, check run. What cannot be given never blocks. After an unclear answer only what is not there is given again. */
async function adorn(desk: Desk, pull: ApiPull, proposal: Given): Promise<void> {
  const judged = proposal.unjudged !== true
  const whole = { labels: proposal.labels, check: judged }
  await rounds(desk, async ({ first, mayWrite }): Promise<true | undefined> => {
    const lacks = first ? whole : await notGiven(desk, pull, proposal.labels)
    const missing = { ...lacks, check: lacks.check && judged }
    if (!mayWrite || (missing.labels.length === 0 && !missing.check)) return true
    await desk.api.adorn({
      pull: { id: pull.id, number: pull.number },
      labels: missing.labels,
      reviewers: proposal.reviewers ?? [],
      ...(missing.check ? { check: firstCheck(desk, pull) } : {}),
    })
    return true
  })
}

async function notGiven(desk: Desk, { number, headOid }: ApiPull, labels: readonly string[]) {
  const there = (await desk.api.pull(number))?.labels ?? []
  const check = (await desk.api.checkOf(headOid, desk.checkName)) === undefined
  return { labels: labels.filter((label) => !there.includes(label)), check }
}

function firstCheck(desk: Desk, { headOid, number }: ApiPull): ApiCheckRun {
  return {
    sha: headOid,
    name: desk.checkName,
    status: 'queued',
    title: 'Opened',
    summary: 'The gates of this proposal are shown here once they are judged.',
    externalId: String(number),
  }
}

/** Offers our settings: once, and closed means no. Every file lies below `.kintsugi/` and is new. */
export async function onboard(desk: Desk, offer: Onboarding): Promise<OpenResult> {
  const refusal =
    offer.branch === onboardingBranch(desk.bounds.prefix)
      ? offerRefusalOf(offer, desk.bounds)
      : { reason: 'path-forbidden' as const, message: 'the branch is not the one of the offer' }
  if (refusal !== undefined) return refused(refusal)
  return inRounds(desk, offer.branch, async (round) => {
    const [newest] = await desk.api.pullsOf(offer.branch, 1)
    if (newest !== undefined && newest.state !== 'open' && isOurs(desk, newest) && round.first)
      return refused({ reason: 'closed-by-person', message: `#${newest.number} was ${newest.state}` })
    const known = await desk.mirror.listing(offer.base.revision)
    const there = known.entries.find(({ path }) => path.startsWith('.kintsugi/'))
    if (there !== undefined) return refused({ reason: 'no-effect', message: `${there.path} is there already` })
    return tryOpen(desk, { ...offer, labels: [], unjudged: true }, round)
  })
}

/** Puts a recomputed proposal on the branch of an open pull request, while nobody else's commits are on it. */
export async function refresh(desk: Desk, number: number, proposal: Proposal): Promise<OpenResult> {
  const refusal = refusalOf(proposal, desk.bounds)
  if (refusal !== undefined) return refused(refusal)
  return inRounds(desk, `#${number}`, (round) => tryRefresh(desk, number, sentOf(proposal), round))
}

async function tryRefresh(
  desk: Desk,
  number: number,
  proposal: Sent,
  { mayWrite }: Round,
): Promise<OpenResult | undefined> {
  const there = await ask(desk, { base: proposal.base.branch })
  const pull = there.open.find((one) => one.number === number) ?? (await desk.api.pull(number))
  if (pull === undefined) return refused({ reason: 'conflict', message: 'there is no such pull request' })
  if (!isOurs(desk, pull)) return refused({ reason: 'tampered', message: 'it was not opened by the bot' })
  if (pull.state !== 'open') return refused({ reason: 'conflict', message: `it is ${pull.state}` })
  const judged = await judge(desk, pull)
  if (judged.state === 'edited') return refused({ reason: 'tampered', message: 'somebody edited its text' })
  if (judged.state === 'flooded')
    return refused({ reason: 'comments-unread', message: `#${number} has more comments than are read` })
  if (judged.state === 'foreign')
    return refused({ reason: 'head-not-ours', message: `someone pushed to ${pull.branch}` })
  if (pull.branch !== proposal.branch || pull.base !== proposal.base.branch)
    return refused({ reason: 'conflict', message: 'the proposal is for another branch' })
  const wrong = await baseRefusal(desk, there, proposal)
  if (wrong !== undefined) return refused(wrong)
  const plan = await planOf(desk, proposal)
  if (isDenied(plan)) return refused(plan)
  return mayWrite || isSettled(desk, pull, judged, plan) ? replace(desk, there, pull, judged, plan) : undefined
}

/** Opens the pull request that takes a merged one back. */
export async function revert(desk: Desk, number: number, proposal: Proposal): Promise<OpenResult> {
  const pull = await desk.api.pull(number)
  if (pull === undefined || !isOurs(desk, pull))
    return refused({ reason: 'tampered', message: `pull request ${number} is not one of ours` })
  if (pull.state !== 'merged')
    return refused({ reason: 'conflict', message: `pull request ${number} is ${pull.state}, not merged` })
  if (proposal.record.kind !== 'revert' || proposal.record.reverts !== number)
    return refused({ reason: 'conflict', message: `the proposal does not say that it takes back ${number}` })
  return open(desk, proposal)
}
