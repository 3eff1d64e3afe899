import { type AppliedRule, ruleOf } from './branch-rules.ts'
import { isVerified } from './git/commits.ts'
import { isAncestor, log } from './git/history.ts'
import type { Pull } from './issues.ts'
import type { Repository } from './repositories.ts'
import { requiredStates } from './required-checks.ts'
import { membersOf, owningGroups } from './review-requests.ts'
import { countingOpinions } from './reviews.ts'
import type { MergeMethod } from './rules.ts'
import { checkFailing, checkRunning, checksMissing, noApprovals, TEXTS, waitingForOwners } from './texts.ts'
import type { World } from './world.ts'

/** Something that a rule still wants before the pull request may be merged. */
export type Unmet = {
  readonly kind: 'check' | 'behind' | 'review' | 'owner' | 'last-push' | 'conversation' | 'signature' | 'queue'
  readonly text: string
  readonly classic: boolean
}

/** Everything that these rules still want. The method matters only for signatures; undefined leaves those out. */
export async function unmetRequirements(
  world: World,
  repo: Repository,
  pull: Pull,
  rules: readonly AppliedRule[],
  method?: MergeMethod,
): Promise<Unmet[]> {
  return [
    ...ruleOf(rules, 'merge_queue').map(
      ({ set }): Unmet => ({ kind: 'queue', text: TEXTS.queue, classic: set.classic }),
    ),
    ...(await unmetChecks(world, repo, pull, rules)),
    ...(await unmetReviews(world, repo, pull, rules)),
    ...(method === undefined ? [] : await unmetSignatures(world, repo, pull, rules, method)),
  ]
}

async function unmetChecks(
  world: World,
  repo: Repository,
  pull: Pull,
  rules: readonly AppliedRule[],
): Promise<Unmet[]> {
  const states = requiredStates(world, repo, rules, pull.headOid)
  const open = states.filter(({ state }) => state !== 'success')
  const classic = states.some((state) => state.classic)
  if (open.length > 1)
    return [
      {
        kind: 'check',
        text: severalChecks(
          states.length,
          open.map(({ state }) => state),
        ),
        classic,
      },
    ]
  if (open[0]) return [{ kind: 'check', text: oneCheck(open[0].check.context, open[0].state), classic }]
  if (states.length === 0 || !(await isBehind(repo, pull, rules))) return []
  // While the head is behind, GitHub calls every required check expected, whatever it reported; without any, strict does nothing.
  return [{ kind: 'behind', text: checksMissing(states.map(({ check }) => check.context)), classic }]
}

/** Our wording beyond the part that public reports quote. */
function severalChecks(all: number, open: readonly string[]): string {
  const expected = open.filter((state) => state === 'expected').length
  if (expected === all) return `${all} of ${all} required status checks are expected.`
  const failing = open.filter((state) => state === 'failure').length
  const parts = [
    expected > 0 ? `${expected} expected` : '',
    failing > 0 ? `${failing} failing` : '',
    open.length - expected - failing > 0 ? `${open.length - expected - failing} in progress` : '',
  ]
  const why = parts.filter((part) => part !== '').join(', ')
  return `${open.length} of ${all} required status checks have not succeeded: ${why}.`
}

function oneCheck(name: string, state: string): string {
  if (state === 'pending') return checkRunning(name)
  return state === 'failure' ? checkFailing(name) : checksMissing([name])
}

export async function isBehind(repo: Repository, pull: Pull, rules: readonly AppliedRule[]): Promise<boolean> {
  const strict = ruleOf(rules, 'required_status_checks').some(
    ({ rule }) =>
      rule.parameters.strict_required_status_checks_policy && rule.parameters.required_status_checks.length > 0,
  )
  return strict && !(await isAncestor(repo.gitDir, pull.baseOid, pull.headOid))
}

async function unmetReviews(
  world: World,
  repo: Repository,
  pull: Pull,
  rules: readonly AppliedRule[],
): Promise<Unmet[]> {
  const unmet: Unmet[] = []
  const opinions = countingOpinions(world, repo, pull)
  const approvals = opinions.filter((review) => review.state === 'APPROVED')
  const objected = opinions.some((review) => review.state === 'CHANGES_REQUESTED')
  for (const { rule, set } of ruleOf(rules, 'pull_request')) {
    const wants = rule.parameters
    const { classic } = set
    const count = wants.required_approving_review_count
    if (approvals.length < count || (count > 0 && objected)) {
      unmet.push({ kind: 'review', text: noApprovals(Math.max(1, count)), classic })
    }
    if (wants.require_code_owner_review) {
      const waiting = await waitingOwners(world, repo, pull, new Set(approvals.map((review) => review.author)))
      if (waiting.length > 0) unmet.push({ kind: 'owner', text: waitingForOwners(waiting), classic })
    }
    const byOther = approvals.some((review) => review.author !== pull.lastPusher && review.commitOid === pull.headOid)
    if (wants.require_last_push_approval && !byOther) unmet.push({ kind: 'last-push', text: TEXTS.lastPush, classic })
    if (wants.required_review_thread_resolution && pull.threads.some((thread) => !thread.resolved)) {
      unmet.push({ kind: 'conversation', text: TEXTS.conversations, classic })
    }
  }
  return unmet
}

/** Owners of which none has approved. Lines whose owners all lack write access ask for nothing. */
async function waitingOwners(
  world: World,
  repo: Repository,
  pull: Pull,
  approvers: ReadonlySet<string>,
): Promise<string[]> {
  const groups = (await owningGroups(repo, pull)).map((group) =>
    group.filter((owner) => membersOf(world, repo, owner).length > 0),
  )
  const waiting = groups.filter(
    (group) =>
      group.length > 0 && !group.some((owner) => membersOf(world, repo, owner).some((login) => approvers.has(login))),
  )
  return [...new Set(waiting.flat())]
}

async function unmetSignatures(
  world: World,
  repo: Repository,
  pull: Pull,
  rules: readonly AppliedRule[],
  method: MergeMethod,
): Promise<Unmet[]> {
  const wanted = ruleOf(rules, 'required_signatures')[0]
  if (!wanted || method === 'squash') return []
  const { classic } = wanted.set
  if (method === 'rebase') return [{ kind: 'signature', text: TEXTS.rebaseUnsigned, classic }]
  const commits = await log(repo.gitDir, { from: pull.headOid, not: pull.baseOid })
  const verified = commits.every((commit) => isVerified(world, commit))
  return verified ? [] : [{ kind: 'signature', text: TEXTS.signatures, classic }]
}
