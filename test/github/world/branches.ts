import type { Account } from './accounts.ts'
import { requestSuites } from './check-runs.ts'
import { isAncestor, touchedPaths } from './git/history.ts'
import { moveRefs, type RefChange, ZERO_OID } from './git/refs.ts'
import { followHeads } from './pull-heads.ts'
import { violations } from './ref-rules.ts'
import type { Repository } from './repositories.ts'
import { ruleViolations, TEXTS, workflowsRefused } from './texts.ts'
import type { World } from './world.ts'

/** Who moves a branch; `workflows` says whether files below `.github/workflows` may change. */
export type Mover = { readonly account: Account; readonly workflows: boolean }

export type Moved =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'stale' | 'rules' | 'workflows'; readonly text: string }

export const branchRef = (branch: string): string => `refs/heads/${branch}`

/** Moves refs as a push would: rules first, then all or nothing from where they were seen, then everything that follows from it. */
export async function moveBranches(
  world: World,
  repo: Repository,
  mover: Mover,
  changes: readonly RefChange[],
): Promise<Moved> {
  const refused = await refusal(world, repo, mover, changes)
  if (refused) return refused
  if (!(await moveRefs(repo.gitDir, changes))) return { ok: false, why: 'stale', text: TEXTS.referenceMissing }
  await announce(world, repo, mover.account, changes)
  return { ok: true }
}

/** Why a push of these changes is refused; undefined where it is not. */
export async function refusal(
  world: World,
  repo: Repository,
  mover: Mover,
  changes: readonly RefChange[],
): Promise<Extract<Moved, { ok: false }> | undefined> {
  for (const change of changes) {
    const workflow = mover.workflows ? undefined : await touchedWorkflow(repo, change)
    if (workflow !== undefined) return { ok: false, why: 'workflows', text: workflowsRefused(workflow) }
    const broken = await violations(world, repo, mover.account, change)
    const classic = broken.find((violation) => violation.classic)
    if (classic) return { ok: false, why: 'rules', text: classic.text }
    if (broken.length > 0) return { ok: false, why: 'rules', text: ruleViolations(broken.map(({ text }) => text)) }
  }
  return undefined
}

async function touchedWorkflow(repo: Repository, { after }: RefChange): Promise<string | undefined> {
  if (after === undefined) return undefined
  const paths = await touchedPaths(repo.gitDir, after, ['--branches'])
  return paths.find((path) => path.startsWith('.github/workflows/'))
}

/** Says what moved, and lets pull requests and checks follow. The refs have moved already. */
export async function announce(world: World, repo: Repository, sender: Account, changes: readonly RefChange[]) {
  repo.pushedAt = world.clock.now()
  for (const { ref, before, after } of changes) {
    if (!ref.startsWith('refs/heads/') && !ref.startsWith('refs/tags/')) continue
    const moved = before !== undefined && after !== undefined
    const forced = moved && !(await isAncestor(repo.gitDir, before, after))
    const push = { before: before ?? ZERO_OID, after: after ?? ZERO_OID, forced }
    if (before === undefined) world.events.emit({ event: 'create', repository: repo, sender, ref })
    if (after === undefined) world.events.emit({ event: 'delete', repository: repo, sender, ref })
    world.events.emit({ event: 'push', repository: repo, sender, ref, ...push })
    if (!ref.startsWith('refs/heads/')) continue
    await followHeads(world, repo, sender, { branch: ref.slice('refs/heads/'.length), before, after, forced })
    if (after !== undefined) requestSuites(world, repo, sender, ref.slice('refs/heads/'.length), after)
  }
}
