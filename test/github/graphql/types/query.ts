import { findRepository } from '../../world/establish.ts'
import { canSee } from '../../world/permissions.ts'
import { text, texts } from '../args.ts'
import { type Context, viewer, when } from '../context.ts'
import { notFound } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { findNode } from '../nodes.ts'
import { type AccountSource, actorSource, type RepositorySource } from '../sources.ts'

function repository(context: Context, owner: string, name: string): RepositorySource {
  const repo = findRepository(context.world, owner, name)
  if (!repo || !canSee(context.world, context.actor, repo)) {
    throw notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`)
  }
  return { type: 'Repository', repo }
}

async function node(context: Context, id: string): Promise<unknown> {
  const found = await findNode(context, id)
  if (!found) throw notFound(`Could not resolve to a node with the global id of '${id}'`)
  return found
}

export const query: Fields<unknown> = {
  viewer: field((_, __, context) => {
    const account = viewer(context)
    // `viewer` is a User even for an App, and then says the login with its suffix.
    return { type: 'User', account } satisfies AccountSource
  }),
  repository: fieldWith(['owner', 'name', 'followRenames'], (_, args, context) =>
    repository(context, text(args, 'owner'), text(args, 'name')),
  ),
  repositoryOwner: fieldWith(['login'], (_, args, context) => actorSource(context, text(args, 'login'))),
  organization: fieldWith(['login'], (_, args, context) => accountOfKind(context, 'Organization', text(args, 'login'))),
  user: fieldWith(['login'], (_, args, context) => accountOfKind(context, 'User', text(args, 'login'))),
  node: fieldWith(['id'], (_, args, context) => node(context, text(args, 'id'))),
  nodes: fieldWith(['ids'], (_, args, context) => texts(args, 'ids').map((id) => node(context, id))),
  rateLimit: field((_, __, context) => {
    const { limit, remaining, used, resetAtMs, cost } = context.rateLimit()
    return { limit, remaining, used, cost, nodeCount: 0, resetAt: when(resetAtMs) }
  }),
}

function accountOfKind(context: Context, kind: 'User' | 'Organization', login: string): AccountSource {
  const account = context.world.accounts.get(login)
  if (account?.kind !== kind) throw notFound(`Could not resolve to a ${kind} with the login of '${login}'.`)
  return { type: kind, account }
}
