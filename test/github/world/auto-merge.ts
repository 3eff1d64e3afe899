import type { Account } from './accounts.ts'
import { ruleOf, rulesFor } from './branch-rules.ts'
import type { AutoMerge, Pull } from './issues.ts'
import { enqueue, queueRule } from './merge-queue.ts'
import { computeMergeability, stateWhenKnown } from './mergeability.ts'
import { mergePull } from './merging.ts'
import { openPulls } from './pulls.ts'
import type { Repository } from './repositories.ts'
import { unmetRequirements } from './requirements.ts'
import type { MergeMethod } from './rules.ts'
import { methodNotAllowed, TEXTS } from './texts.ts'
import { note } from './threads.ts'
import type { World } from './world.ts'

export type Arming = {
  readonly method: MergeMethod
  readonly sha: string | undefined
  readonly headline: string | undefined
  readonly body: string | undefined
}

/** Arms, or says why not: GitHub refuses what could be merged at once. */
export async function enableAutoMerge(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
  arming: Arming,
): Promise<AutoMerge | string> {
  if (!repo.settings.allow_auto_merge) return TEXTS.autoMergeOff
  if (pull.state === 'closed') return 'Pull request Pull request is closed'
  if (arming.sha !== undefined && arming.sha !== pull.headOid) return TEXTS.headModified
  const { settings } = repo
  const allowed = {
    merge: settings.allow_merge_commit,
    squash: settings.allow_squash_merge,
    rebase: settings.allow_rebase_merge,
  }
  if (!allowed[arming.method]) return `Merge method ${methodNotAllowed(arming.method)}`
  if (rulesFor(repo, pull.baseRef).length === 0) return TEXTS.noRulesForAutoMerge
  const { state } = await computeMergeability(repo, pull)
  if (state !== 'unknown' && !queueRule(repo, pull.baseRef)) {
    const status = await stateWhenKnown(world, repo, pull, state)
    if (status === 'CLEAN' || status === 'UNSTABLE')
      return `Pull request Pull request is in ${status.toLowerCase()} status`
  }
  const { method, headline, body } = arming
  pull.autoMerge = { enabledBy: sender.login, enabledAt: world.clock.now(), method, headline, body }
  note(world, pull, 'auto_merge_enabled', sender)
  world.events.emit({ event: 'pull_request', action: 'auto_merge_enabled', repository: repo, sender, pull })
  return pull.autoMerge
}

export function disableAutoMerge(world: World, repo: Repository, sender: Account, pull: Pull): boolean {
  if (!pull.autoMerge) return false
  pull.autoMerge = undefined
  note(world, pull, 'auto_merge_disabled', sender)
  world.events.emit({ event: 'pull_request', action: 'auto_merge_disabled', repository: repo, sender, pull })
  return true
}

/** Merges what is armed and ready. GitHub goes past no rule for it, whoever armed. */
export async function fireAutoMerges(world: World, repo: Repository): Promise<void> {
  for (const pull of openPulls(repo)) if (pull.autoMerge) await fire(world, repo, pull, pull.autoMerge)
}

async function fire(world: World, repo: Repository, pull: Pull, armed: AutoMerge): Promise<void> {
  const account = world.accounts.get(armed.enabledBy)
  if (!account || pull.isDraft || (await computeMergeability(repo, pull)).state !== 'mergeable') return
  const rules = rulesFor(repo, pull.baseRef)
  const unmet = await unmetRequirements(world, repo, pull, rules, armed.method)
  if (unmet.some(({ kind }) => kind !== 'queue')) return
  if (ruleOf(rules, 'merge_queue').length > 0) {
    await enqueue(world, repo, account, pull)
    return
  }
  const { method, headline: title, body: message } = armed
  await mergePull(world, repo, { account, workflows: true }, pull, { method, sha: pull.headOid, title, message })
}
