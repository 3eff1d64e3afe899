import type { Account } from './accounts.ts'
import { ownersOf, readOwners } from './codeowners.ts'
import { diffFiles, mergeBase } from './git/history.ts'
import type { Pull } from './issues.ts'
import { atLeast, roleOf } from './permissions.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

/** Paths that a pull request changes, against where it branched off. */
export async function changedPaths(repo: Repository, pull: Pull): Promise<string[]> {
  const from = (await mergeBase(repo.gitDir, pull.baseOid, pull.headOid)) ?? pull.baseOid
  const files = await diffFiles(repo.gitDir, from, pull.headOid)
  return files.flatMap((file) => (file.previousPath === undefined ? [file.path] : [file.path, file.previousPath]))
}

/** Groups of owners that have to be heard, one for each changed path that has any. */
export async function owningGroups(repo: Repository, pull: Pull): Promise<(readonly string[])[]> {
  const lines = await readOwners(repo, pull.baseOid)
  if (lines.length === 0) return []
  const groups = (await changedPaths(repo, pull))
    .map((path) => ownersOf(lines, path))
    .filter((group) => group.length > 0)
  return [...new Map(groups.map((group) => [group.join(' '), group])).values()]
}

/** Logins that an owner stands for: only people with write access count, never Apps. */
export function membersOf(world: World, repo: Repository, owner: string): string[] {
  const [organisation = '', slug] = owner.split('/')
  const logins =
    slug === undefined ? [owner] : [...(world.organisations.get(organisation)?.teams.get(slug)?.members ?? [])]
  return logins.filter((login) => atLeast(roleOf(world, repo, login), 'write'))
}

/** GitHub asks the code owners when a pull request is opened. */
export async function requestOwners(world: World, repo: Repository, sender: Account, pull: Pull): Promise<void> {
  for (const owner of new Set((await owningGroups(repo, pull)).flat())) {
    if (membersOf(world, repo, owner).length > 0) requestReview(world, repo, sender, pull, owner)
  }
}

/** Asks a person, or a team written `org/slug`. Nobody is asked about their own. */
export function requestReview(world: World, repo: Repository, sender: Account, pull: Pull, reviewer: string): void {
  const asked = reviewer.includes('/') ? pull.requestedTeams : pull.requestedUsers
  if (asked.has(reviewer) || reviewer === pull.author) return
  asked.add(reviewer)
  pull.updatedAt = world.clock.now()
  world.events.emit({ event: 'pull_request', action: 'review_requested', repository: repo, sender, pull, reviewer })
}
