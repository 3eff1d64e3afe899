import { satisfies } from '../access.ts'
import { notFound, refusal } from '../answers.ts'
import type { Answer, Exchange, Level, Permissions, Route } from '../exchange.ts'
import type { App, Installation } from '../world/accounts.ts'
import { findRepository } from '../world/establish.ts'
import type { World } from '../world/world.ts'
import { appForm, installationForm, iso } from './forms.ts'
import { covers, type Tokens } from './tokens.ts'

/** The operations by which an App looks at itself and gets its tokens. */
export function appRoutes(tokens: () => Tokens): readonly Route[] {
  return [
    {
      method: 'GET',
      template: '/app',
      needs: 'app',
      handle: (world, exchange) => withApp(world, exchange, (app) => ok(appForm(world, app, exchange.root))),
    },
    { method: 'GET', template: '/app/installations', needs: 'app', handle: listInstallations },
    {
      method: 'GET',
      template: '/app/installations/{installation_id}',
      needs: 'app',
      handle: (world, exchange, params) =>
        withInstallation(world, exchange, Number(params['installation_id']), (one) =>
          ok(installationForm(world, one, exchange.root)),
        ),
    },
    { method: 'GET', template: '/repos/{owner}/{repo}/installation', needs: 'app', handle: installationOfRepository },
    {
      method: 'GET',
      template: '/orgs/{org}/installation',
      needs: 'app',
      handle: (world, exchange, params) => {
        const found = ownInstallations(world, exchange).find((one) => sameName(one.account, params['org']))
        return found === undefined ? notFound() : ok(installationForm(world, found, exchange.root))
      },
    },
    {
      method: 'POST',
      template: '/app/installations/{installation_id}/access_tokens',
      needs: 'app',
      handle: (world, exchange, params) =>
        withInstallation(world, exchange, Number(params['installation_id']), (one) =>
          createToken(world, tokens(), exchange, one),
        ),
    },
    {
      method: 'PUT',
      template: '/app/installations/{installation_id}/suspended',
      needs: 'app',
      handle: (world, exchange, params) => suspend(world, exchange, params, true),
    },
    {
      method: 'DELETE',
      template: '/app/installations/{installation_id}/suspended',
      needs: 'app',
      handle: (world, exchange, params) => suspend(world, exchange, params, false),
    },
    {
      method: 'DELETE',
      template: '/app/installations/{installation_id}',
      needs: 'app',
      handle: (world, exchange, params) =>
        withInstallation(world, exchange, Number(params['installation_id']), (one) => {
          world.installations.delete(one.id)
          return changed(world, one, 'deleted')
        }),
    },
    {
      method: 'DELETE',
      template: '/installation/token',
      needs: [{}],
      handle: (_, exchange) => revoke(tokens(), exchange),
    },
  ]
}

const ok = (body: unknown): Answer => ({ status: 200, body })

function sameName(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase()
}

export function withApp(world: World, exchange: Exchange, then: (app: App) => Answer): Answer {
  const app = exchange.actor.kind === 'app' ? world.apps.get(exchange.actor.appId) : undefined
  return app === undefined ? notFound() : then(app)
}

function ownInstallations(world: World, exchange: Exchange): readonly Installation[] {
  const appId = exchange.actor.kind === 'app' ? exchange.actor.appId : undefined
  return [...world.installations.values()].filter((one) => one.appId === appId)
}

function withInstallation(
  world: World,
  exchange: Exchange,
  id: number,
  then: (installation: Installation) => Answer,
): Answer {
  const found = ownInstallations(world, exchange).find((one) => one.id === id)
  return found === undefined ? notFound() : then(found)
}

function suspend(
  world: World,
  exchange: Exchange,
  params: Readonly<Record<string, string>>,
  suspended: boolean,
): Answer {
  return withInstallation(world, exchange, Number(params['installation_id']), (one) => {
    one.suspendedAt = suspended ? world.clock.now() : undefined
    return changed(world, one, suspended ? 'suspend' : 'unsuspend')
  })
}

/** Tells every listener, as GitHub tells the App itself. */
function changed(world: World, installation: Installation, action: 'deleted' | 'suspend' | 'unsuspend'): Answer {
  const app = world.apps.get(installation.appId)
  const sender = world.accounts.get(installation.account)
  if (app && sender) world.events.emit({ event: 'installation', action, app, installation, sender })
  return { status: 204 }
}

function listInstallations(world: World, exchange: Exchange): Answer {
  const size = Number(exchange.query.get('per_page') ?? 30)
  const page = Number(exchange.query.get('page') ?? 1)
  const all = ownInstallations(world, exchange)
  const shown = all.slice((page - 1) * size, page * size)
  const more = page * size < all.length
  const next = `<${exchange.root}/app/installations?per_page=${size}&page=${page + 1}>; rel="next"`
  return { ...ok(shown.map((one) => installationForm(world, one, exchange.root))), headers: more ? { link: next } : {} }
}

function installationOfRepository(world: World, exchange: Exchange, params: Readonly<Record<string, string>>): Answer {
  const repository = findRepository(world, params['owner'] ?? '', params['repo'] ?? '')
  const found = repository && ownInstallations(world, exchange).find((one) => covers(world, one, repository.id))
  return found === undefined ? notFound() : ok(installationForm(world, found, exchange.root))
}

type Asked = {
  readonly repositories?: readonly string[]
  readonly repository_ids?: readonly number[]
  readonly permissions?: Permissions
}

/** A token for all that the installation has, or for less; more is refused. */
function createToken(world: World, tokens: Tokens, exchange: Exchange, installation: Installation): Answer {
  if (installation.suspendedAt !== undefined) return refusal(403, 'This installation has been suspended')
  // The cast: the description was held against the body before.
  const asked = (exchange.body ?? {}) as Asked
  const permissions = asked.permissions ?? installation.permissions
  if (!satisfies(installation.permissions, permissions))
    return refusal(422, 'The permissions requested are not granted to this installation.')
  const repositories = chosen(world, installation, asked)
  if (repositories === undefined)
    return refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  const issued = tokens.issue({
    installationId: installation.id,
    permissions: withMetadata(permissions),
    repositories,
  })
  return {
    status: 201,
    body: {
      token: issued.token,
      expires_at: iso(issued.expiresAt),
      permissions: issued.permissions,
      repository_selection: repositories === 'all' && installation.repositories === 'all' ? 'all' : 'selected',
    },
  }
}

/** Every permission of a repository brings metadata with it. */
function withMetadata(permissions: Permissions): Permissions {
  const metadata: Level = 'read'
  return { ...permissions, metadata }
}

function chosen(world: World, installation: Installation, asked: Asked): 'all' | readonly number[] | undefined {
  if (asked.repositories === undefined && asked.repository_ids === undefined) return 'all'
  const named = (asked.repositories ?? []).map((name) =>
    [...world.repositories.values()].find(
      (one) => sameName(one.owner, installation.account) && sameName(one.name, name),
    ),
  )
  const ids = [...named.map((one) => one?.id), ...(asked.repository_ids ?? [])]
  return ids.every((id): id is number => id !== undefined && covers(world, installation, id)) ? ids : undefined
}

function revoke(tokens: Tokens, exchange: Exchange): Answer {
  const token = exchange.headers['authorization']?.replace(/^token /, '') ?? ''
  if (exchange.actor.kind !== 'installation') return refusal(403, 'Resource not accessible by personal access token')
  tokens.revoke(token)
  return { status: 204 }
}
