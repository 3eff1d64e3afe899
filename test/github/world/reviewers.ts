import { roleOf } from './permissions.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

/** Reviews may be asked only of people and teams (`org/slug`) that have the repository. */
export function mayBeAsked(world: World, repo: Repository, reviewer: string): boolean {
  const [organisation = '', slug] = reviewer.split('/')
  if (slug === undefined) return roleOf(world, repo, reviewer) !== 'none' && hasOwnRole(world, repo, reviewer)
  const team = world.organisations.get(organisation)?.teams.get(slug)
  return team !== undefined && (repo.teamRoles.get(slug) ?? 'none') !== 'none'
}

/** That a repository is public makes nobody a collaborator. */
function hasOwnRole(world: World, repo: Repository, login: string): boolean {
  if (repo.private) return true
  return roleOf(world, repo, login) !== 'read' || repo.roles.has(login)
}

export const NOT_COLLABORATORS = (repo: Repository): string =>
  `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repo.owner}/${repo.name} repository.`
