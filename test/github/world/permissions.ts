import type { Actor, Permissions } from '../exchange.ts'
import { type Account, ROLES, type Role } from './accounts.ts'
import type { Mover } from './branches.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

export function strongest(roles: readonly Role[]): Role {
  return roles.reduce<Role>((best, role) => (ROLES.indexOf(role) > ROLES.indexOf(best) ? role : best), 'none')
}

export function atLeast(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted)
}

/** What a person may do in a repository, from owner, own role and teams. Bots have no role. */
export function roleOf(world: World, repo: Repository, login: string): Role {
  if (world.accounts.get(login)?.kind !== 'User') return 'none'
  const organisation = world.organisations.get(repo.owner)
  const own: Role = repo.owner === login || organisation?.members.get(login) === 'admin' ? 'admin' : 'none'
  const teams = [...(organisation?.teams.values() ?? [])].filter((team) => team.members.has(login))
  return strongest([
    own,
    repo.private ? 'none' : 'read',
    repo.roles.get(login) ?? 'none',
    ...teams.map((team) => repo.teamRoles.get(team.slug) ?? 'none'),
  ])
}

/** The account that acts; undefined for nobody and for the App itself, which owns nothing in a repository. */
export function accountOf(world: World, actor: Actor): Account | undefined {
  if (actor.kind === 'user') return world.accounts.get(actor.login)
  return actor.kind === 'installation' ? world.apps.get(actor.appId)?.bot : undefined
}

/** The actor as one who moves branches: an App needs a permission of its own for workflows. */
export function moverOf(world: World, actor: Actor): Mover {
  const account = accountOf(world, actor)
  if (!account) throw new Error('nobody moves a branch')
  return { account, workflows: actor.kind === 'user' || mayWriteWorkflows(actor) }
}

function mayWriteWorkflows(actor: Actor): boolean {
  return actor.kind === 'installation' && actor.permissions['workflows'] === 'write'
}

/** Whether an installation was given the repository: by the install, and by the token. */
function reaches(world: World, actor: Extract<Actor, { kind: 'installation' }>, repo: Repository): boolean {
  const installation = world.installations.get(actor.installationId)
  if (!installation || installation.account !== repo.owner || installation.suspendedAt !== undefined) return false
  const given = installation.repositories === 'all' || installation.repositories.has(repo.id)
  return given && (actor.repositories === 'all' || actor.repositories.includes(repo.id))
}

export function canSee(world: World, actor: Actor, repo: Repository): boolean {
  if (!repo.private) return true
  if (actor.kind === 'installation') return reaches(world, actor, repo)
  return actor.kind === 'user' && roleOf(world, repo, actor.login) !== 'none'
}

/** The role that stands for a permission, for people. */
function roleFor(name: string, level: string): Role {
  if (level === 'read') return 'read'
  if (name === 'administration') return 'admin'
  return name === 'issues' || name === 'pull_requests' ? 'triage' : 'write'
}

/** Whether the actor has every one of these permissions in the repository. */
export function mayIn(world: World, actor: Actor, repo: Repository, needs: Permissions): boolean {
  const wanted = Object.entries(needs)
  if (actor.kind === 'installation') {
    if (!reaches(world, actor, repo)) return !repo.private && wanted.every(([, level]) => level === 'read')
    return wanted.every(([name, level]) => name === 'metadata' || has(actor.permissions, name, level))
  }
  if (actor.kind !== 'user') return !repo.private && wanted.every(([, level]) => level === 'read')
  const role = roleOf(world, repo, actor.login)
  return wanted.every(([name, level]) => atLeast(role, roleFor(name, level)))
}

function has(given: Permissions, name: string, level: string): boolean {
  const mine = Object.hasOwn(given, name) ? given[name] : undefined
  return mine === 'write' || (mine === 'read' && level === 'read')
}
