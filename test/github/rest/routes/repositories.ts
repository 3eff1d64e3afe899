import { accountForm } from '../../auth/forms.ts'
import type { Answer, Route } from '../../exchange.ts'
import { rulesFor } from '../../world/branch-rules.ts'
import { atLeast, canSee, roleOf } from '../../world/permissions.ts'
import { type Asked, METADATA, notFound, ok, reads } from '../answering.ts'
import { repositoryForm } from '../forms/repository.ts'
import { paged, pageOf, slice } from '../paging.ts'

/** Rules of rulesets, without classic protection, which only administrators see. */
function rulesOfBranch(asked: Asked): Promise<Answer> {
  const { repo, params } = asked
  const shown = rulesFor(repo, params['branch'] ?? '').filter(({ set }) => !set.classic)
  return paged(asked, shown, ({ rule, set }) => ({
    ...rule,
    ruleset_source_type: 'Repository',
    ruleset_source: `${repo.owner}/${repo.name}`,
    ruleset_id: set.id,
  }))
}

/** Words of the old permission, which knows no triage and maintain. */
const OLD = { none: 'none', read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' } as const

function permission({ world, repo, params, root }: Asked): Answer {
  const login = params['username'] ?? ''
  const account = world.accounts.get(login)
  if (!account) throw notFound()
  const role = roleOf(world, repo, login)
  const may = (wanted: typeof role) => atLeast(role, wanted)
  const permissions = {
    pull: may('read'),
    triage: may('triage'),
    push: may('write'),
    maintain: may('maintain'),
    admin: may('admin'),
  }
  const user = { ...accountForm(account, root), role_name: role, permissions }
  return ok({ permission: OLD[role], role_name: role, user })
}

/** Repositories that an installation's token reaches. */
const INSTALLED: Route = {
  method: 'GET',
  template: '/installation/repositories',
  needs: METADATA,
  handle(world, { actor, query, root }) {
    const given = actor.kind === 'installation' ? actor.repositories : []
    const found = [...world.repositories.values()].filter(
      (repo) => canSee(world, actor, repo) && (given === 'all' || given.includes(repo.id)),
    )
    const repositories = slice(found, pageOf(query)).map((repo) => repositoryForm(world, repo, root))
    return ok({ total_count: found.length, repositories })
  },
}

export const repositoryRoutes: readonly Route[] = [
  reads('', METADATA, ({ world, repo, root }) => ok(repositoryForm(world, repo, root))),
  reads('/rules/branches/{branch}', METADATA, rulesOfBranch),
  reads('/collaborators/{username}/permission', METADATA, permission),
  INSTALLED,
]
