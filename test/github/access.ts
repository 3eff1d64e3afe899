import { notFound, refusal } from './answers.ts'
import type { Actor, Answer, Permissions, Route } from './exchange.ts'
import { ROLES, type Role } from './world/accounts.ts'
import type { Repository } from './world/repositories.ts'
import type { World } from './world/world.ts'

export type Access = { readonly needed: Permissions } | { readonly refused: Answer; readonly needed: Permissions }

const NOTHING: Permissions = {}
const INACCESSIBLE = 'Resource not accessible by integration'

/** Whether the actor may use the operation; what is not seen is not found, what is seen but not granted is forbidden. */
export function accessTo(world: World, route: Route, actor: Actor, params: Readonly<Record<string, string>>): Access {
  if (route.needs === 'none') return { needed: NOTHING }
  if (route.needs === 'app') return asApp(actor)
  const first = route.needs[0] ?? NOTHING
  const repository = repositoryOf(world, params)
  if ('repo' in params && (repository === undefined || !sees(world, actor, repository)))
    return { refused: notFound(), needed: first }
  if (actor.kind === 'installation') return asInstallation(route.needs, actor, repository)
  if (actor.kind === 'user') return asUser(world, first, actor.login, repository)
  if (actor.kind === 'app') return { refused: refusal(401, 'Bad credentials'), needed: first }
  const reads = Object.values(first).every((level) => level === 'read')
  return reads && route.method === 'GET'
    ? { needed: first }
    : { refused: refusal(401, 'Requires authentication'), needed: first }
}

function asApp(actor: Actor): Access {
  if (actor.kind === 'app') return { needed: NOTHING }
  const message = actor.kind === 'anonymous' ? 'A JSON web token could not be decoded' : 'Bad credentials'
  return { refused: refusal(401, message), needed: NOTHING }
}

export function repositoryOf(world: World, params: Readonly<Record<string, string>>): Repository | undefined {
  const { owner, repo } = params
  return [...world.repositories.values()].find(
    (one) => one.owner.toLowerCase() === owner?.toLowerCase() && one.name.toLowerCase() === repo?.toLowerCase(),
  )
}

export function sees(world: World, actor: Actor, repository: Repository): boolean {
  if (!repository.private) return true
  if (actor.kind === 'installation') return actor.repositories === 'all' || actor.repositories.includes(repository.id)
  if (actor.kind === 'user') return roleOf(world, actor.login, repository) !== 'none'
  return false
}

/** The strongest of the role given here, those of teams, and ownership. */
export function roleOf(world: World, login: string, repository: Repository): Role {
  const organisation = world.organisations.get(repository.owner)
  if (repository.owner === login || organisation?.members.get(login) === 'admin') return 'admin'
  const given = [repository.roles.get(login) ?? 'none']
  for (const team of organisation?.teams.values() ?? [])
    if (team.members.has(login)) given.push(repository.teamRoles.get(team.slug) ?? 'none')
  return given.reduce((best, one) => (ROLES.indexOf(one) > ROLES.indexOf(best) ? one : best), 'none')
}

function asInstallation(
  sets: readonly Permissions[],
  actor: Extract<Actor, { kind: 'installation' }>,
  repository: Repository | undefined,
): Access {
  const first = sets[0] ?? NOTHING
  const inside = repository === undefined || actor.repositories === 'all' || actor.repositories.includes(repository.id)
  // What anybody may read of a public repository, an App may read that is not installed on it.
  const granted: Permissions = inside ? actor.permissions : { metadata: 'read', contents: 'read' }
  const held = sets.find((set) => satisfies(granted, set))
  if (held !== undefined) return { needed: held }
  return { refused: refusal(403, INACCESSIBLE, { 'x-accepted-github-permissions': accepted(sets) }), needed: first }
}

/** Whether every permission asked for is granted; every installation reads metadata. */
export function satisfies(granted: Permissions, asked: Permissions): boolean {
  return Object.entries(asked).every(([name, level]) => {
    const have = granted[name] ?? (name === 'metadata' ? 'read' : undefined)
    return have === 'write' || (have === 'read' && level === 'read')
  })
}

/** As the header has it: `contents=write,workflows=write; contents=write` for two sets. */
export function accepted(sets: readonly Permissions[]): string {
  return sets
    .map((set) =>
      Object.entries(set)
        .map(([name, level]) => `${name}=${level}`)
        .join(','),
    )
    .join('; ')
}

/** What a person needs for what an App needs a permission for. */
function asUser(world: World, asked: Permissions, login: string, repository: Repository | undefined): Access {
  if (repository === undefined) return { needed: asked }
  const have = ROLES.indexOf(roleOf(world, login, repository))
  const enough = Object.entries(asked).every(([name, level]) => have >= ROLES.indexOf(roleFor(name, level, repository)))
  if (enough) return { needed: asked }
  // GitHub hides from readers what only writers may do.
  return { refused: have === 0 ? notFound() : refusal(403, 'Must have push access to repository'), needed: asked }
}

function roleFor(name: string, level: 'read' | 'write', repository: Repository): Role {
  if (name === 'administration') return 'admin'
  if (level === 'read') return repository.private ? 'read' : 'none'
  if (name === 'issues' || name === 'pull_requests') return repository.private ? 'read' : 'none'
  return 'write'
}
