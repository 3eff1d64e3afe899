import { notFound, refusal } from './answers.ts'
import type { Actor, Answer, Permissions, Route } from './exchange.ts'
import { findRepository } from './world/establish.ts'
import { canSee, mayIn, roleOf } from './world/permissions.ts'
import type { Repository } from './world/repositories.ts'
import type { World } from './world/world.ts'

export type Access = { readonly needed: Permissions } | { readonly refused: Answer; readonly needed: Permissions }

type Params = Readonly<Record<string, string>>

const NOTHING: Permissions = {}

/** Whether the actor may use the operation; what is not seen is not found, what is seen but not granted is forbidden. */
export function accessTo(world: World, route: Route, actor: Actor, params: Params): Access {
  if (route.needs === 'none') return { needed: NOTHING }
  if (route.needs === 'app') return asApp(actor)
  const first = route.needs[0] ?? NOTHING
  const refused = (answer: Answer): Access => ({ refused: answer, needed: first })
  if (actor.kind === 'app') return refused(refusal(401, 'Bad credentials'))
  if (!('owner' in params && 'repo' in params)) return outside(route.needs, actor)
  const repository = findRepository(world, params['owner'] ?? '', params['repo'] ?? '')
  if (repository === undefined || !canSee(world, actor, repository)) return refused(notFound())
  const held = route.needs.find((set) => mayIn(world, actor, repository, set))
  return held === undefined ? refused(denied(world, route.needs, actor, repository)) : { needed: held }
}

function asApp(actor: Actor): Access {
  if (actor.kind === 'app') return { needed: NOTHING }
  const message = actor.kind === 'anonymous' ? 'A JSON web token could not be decoded' : 'Bad credentials'
  return { refused: refusal(401, message), needed: NOTHING }
}

/** What is not about one repository. */
function outside(sets: readonly Permissions[], actor: Actor): Access {
  const first = sets[0] ?? NOTHING
  if (actor.kind === 'anonymous' && Object.keys(first).length > 0)
    return { refused: refusal(401, 'Requires authentication'), needed: first }
  if (actor.kind !== 'installation') return { needed: first }
  const held = sets.find((set) => satisfies(actor.permissions, set))
  return held === undefined ? { refused: inaccessible(sets), needed: first } : { needed: held }
}

function denied(world: World, sets: readonly Permissions[], actor: Actor, repository: Repository): Answer {
  if (actor.kind === 'installation') return inaccessible(sets)
  if (actor.kind !== 'user') return refusal(401, 'Requires authentication')
  const admin = sets.some((set) => 'administration' in set)
  // GitHub hides from readers what only writers may do.
  if (roleOf(world, repository, actor.login) === 'none') return notFound()
  return refusal(403, admin ? 'Must have admin rights to Repository.' : 'Must have push access to repository')
}

function inaccessible(sets: readonly Permissions[]): Answer {
  const headers = { 'x-accepted-github-permissions': accepted(sets) }
  return refusal(403, 'Resource not accessible by integration', headers)
}

/** Whether every permission asked for is granted; every installation reads metadata. */
export function satisfies(granted: Permissions, asked: Permissions): boolean {
  return Object.entries(asked).every(([name, level]) => {
    const have = Object.hasOwn(granted, name) ? granted[name] : name === 'metadata' ? 'read' : undefined
    return have === 'write' || (have === 'read' && level === 'read')
  })
}

/** As the header has it: `contents=write,workflows=write; contents=write` for two sets. */
export function accepted(sets: readonly Permissions[]): string {
  const said = sets.map((set) => Object.entries(set).map(([name, level]) => `${name}=${level}`))
  return said.map((pairs) => pairs.join(',')).join('; ')
}
