import { ruleOf, rulesFor } from './branch-rules.ts'
import { latestRuns, latestStatuses } from './check-runs.ts'
import { mergeTrees } from './git/merges.ts'
import { resolveRef } from './git/refs.ts'
import type { Mergeability, Pull } from './issues.ts'
import type { Repository } from './repositories.ts'
import { isRequired, rollup } from './required-checks.ts'
import { unmetRequirements } from './requirements.ts'
import { countingOpinions } from './reviews.ts'
import type { World } from './world.ts'

export type MergeState = 'UNKNOWN' | 'DIRTY' | 'DRAFT' | 'BLOCKED' | 'BEHIND' | 'UNSTABLE' | 'CLEAN'

/** What is known now. Asking for what isn't has it computed in the background, as on GitHub: ask again later. */
export function mergeabilityOf(world: World, repo: Repository, pull: Pull): Mergeability {
  if (pull.mergeability.state === 'unknown' && pull.state === 'open') scheduleMergeability(world, repo, pull)
  return pull.mergeability
}

export function scheduleMergeability(world: World, repo: Repository, pull: Pull): void {
  world.jobs.later(`mergeability ${repo.id} ${pull.number}`, world.options.mergeabilityDelayMs, async () => {
    if (pull.state === 'open') await computeMergeability(repo, pull)
  })
}

/** A trial merge on the base as it is now. */
export async function computeMergeability(repo: Repository, pull: Pull): Promise<Mergeability> {
  const base = (await resolveRef(repo.gitDir, `refs/heads/${pull.baseRef}`)) ?? pull.baseOid
  const known = pull.mergeability
  if (known.state !== 'unknown' && known.head === pull.headOid && known.base === base) return known
  const tree = await mergeTrees(repo.gitDir, base, pull.headOid)
  pull.mergeability = { state: tree === undefined ? 'conflicting' : 'mergeable', head: pull.headOid, base }
  return pull.mergeability
}

/** Describes the rules, not what one caller may go past. */
export async function mergeStateOf(world: World, repo: Repository, pull: Pull): Promise<MergeState> {
  const { state } = mergeabilityOf(world, repo, pull)
  if (state === 'unknown') return 'UNKNOWN'
  return stateWhenKnown(world, repo, pull, state)
}

export async function stateWhenKnown(
  world: World,
  repo: Repository,
  pull: Pull,
  state: 'mergeable' | 'conflicting',
): Promise<MergeState> {
  if (state === 'conflicting') return 'DIRTY'
  if (pull.isDraft) return 'DRAFT'
  const unmet = await unmetRequirements(world, repo, pull, rulesFor(repo, pull.baseRef))
  const held = unmet.filter(({ kind }) => kind !== 'queue')
  if (held.some(({ kind }) => kind !== 'behind')) return 'BLOCKED'
  if (held.length > 0) return 'BEHIND'
  return hasOtherTrouble(world, repo, pull) ? 'UNSTABLE' : 'CLEAN'
}

/** A check that isn't required is red or still runs. */
function hasOtherTrouble(world: World, repo: Repository, pull: Pull): boolean {
  const summary = rollup(repo, pull.headOid)
  if (summary === undefined || summary === 'SUCCESS') return false
  const rules = rulesFor(repo, pull.baseRef)
  const passed = new Set(['success', 'neutral', 'skipped'])
  return (
    latestRuns(repo, pull.headOid).some(
      (run) => !passed.has(run.conclusion ?? '') && !isRequired(rules, run.name, run.appId),
    ) ||
    latestStatuses(repo, pull.headOid).some(
      (status) =>
        status.state !== 'success' && !isRequired(rules, status.context, world.accounts.get(status.creator)?.appId),
    )
  )
}

/** Undefined where the base wants no review. */
export function reviewDecision(
  world: World,
  repo: Repository,
  pull: Pull,
): 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | undefined {
  const wanted = ruleOf(rulesFor(repo, pull.baseRef), 'pull_request').map(({ rule }) => rule.parameters)
  const count = Math.max(0, ...wanted.map((rule) => rule.required_approving_review_count))
  const owners = wanted.some((rule) => rule.require_code_owner_review)
  const opinions = countingOpinions(world, repo, pull)
  if (opinions.some((review) => review.state === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
  if (count === 0 && !owners) return undefined
  const approvals = opinions.filter((review) => review.state === 'APPROVED').length
  return approvals >= Math.max(1, count) ? 'APPROVED' : 'REVIEW_REQUIRED'
}
