import type { Account } from './accounts.ts'
import { ruleOf, rulesFor } from './branch-rules.ts'
import { isAncestor } from './git/history.ts'
import { git } from './git/process.ts'
import type { Pull } from './issues.ts'
import { dequeue } from './merge-queue.ts'
import { endPull, openPulls } from './pulls.ts'
import type { Repository } from './repositories.ts'
import { note } from './threads.ts'
import type { World } from './world.ts'

export type BranchMove = {
  readonly branch: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly forced: boolean
}

/** What a moved branch means for the pull requests from it and into it. */
export async function followHeads(world: World, repo: Repository, sender: Account, move: BranchMove): Promise<void> {
  for (const pull of openPulls(repo)) {
    if (pull.headRef === move.branch) await headMoved(world, repo, sender, pull, move)
    else if (pull.baseRef === move.branch) await baseMoved(world, repo, sender, pull, move.after)
  }
}

async function headMoved(world: World, repo: Repository, sender: Account, pull: Pull, move: BranchMove): Promise<void> {
  if (move.after === undefined) {
    note(world, pull, 'head_ref_deleted', sender)
    endPull(world, repo, sender, pull)
    return
  }
  const before = pull.headOid
  pull.headOid = move.after
  pull.lastPusher = sender.login
  pull.updatedAt = world.clock.now()
  pull.mergeability = { state: 'unknown' }
  await git(repo.gitDir, ['update-ref', `refs/pull/${pull.number}/head`, pull.headOid])
  if (move.forced) note(world, pull, 'head_ref_force_pushed', sender)
  if (repo.queue.some((entry) => entry.pull === pull.number)) await dequeue(world, repo, sender, pull)
  dismissStale(world, repo, sender, pull)
  world.events.emit({
    event: 'pull_request',
    action: 'synchronize',
    repository: repo,
    sender,
    pull,
    before,
    after: pull.headOid,
  })
}

function dismissStale(world: World, repo: Repository, sender: Account, pull: Pull): void {
  const rules = ruleOf(rulesFor(repo, pull.baseRef), 'pull_request')
  if (!rules.some(({ rule }) => rule.parameters.dismiss_stale_reviews_on_push)) return
  for (const review of pull.reviews) {
    if (review.state !== 'APPROVED') continue
    review.state = 'DISMISSED'
    world.events.emit({ event: 'pull_request_review', action: 'dismissed', repository: repo, sender, pull, review })
  }
}

async function baseMoved(world: World, repo: Repository, sender: Account, pull: Pull, after: string | undefined) {
  if (after === undefined) {
    endPull(world, repo, sender, pull)
    return
  }
  pull.mergeability = { state: 'unknown' }
  const contained = await isAncestor(repo.gitDir, pull.headOid, after)
  pull.baseOid = after
  if (contained) endPull(world, repo, sender, pull, after)
}
