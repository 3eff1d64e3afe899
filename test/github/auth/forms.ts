import type { Account, App, Installation } from '../world/accounts.ts'
import type { World } from '../world/world.ts'

/** Objects of accounts, Apps and installations in REST's form. */
type Json = Record<string, unknown>

export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')

export function accountForm(account: Account, root: string): Json {
  const url = `${root}/users/${encodeURIComponent(account.login)}`
  return {
    login: account.login,
    id: account.id,
    node_id: Buffer.from(`04:User${account.id}`).toString('base64'),
    avatar_url: `${root}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${htmlRoot(root)}/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.kind,
    site_admin: false,
  }
}

/** Where the pages stand: an Enterprise Server has its API below `/api/v3` of the same host. */
export function htmlRoot(root: string): string {
  return root.replace(/\/api\/v3$/, '')
}

export function appForm(world: World, app: App, root: string): Json {
  const owner = world.accounts.get(app.owner) ?? app.bot
  const installed = [...world.installations.values()].filter((one) => one.appId === app.id)
  return {
    id: app.id,
    slug: app.slug,
    node_id: Buffer.from(`03:App${app.id}`).toString('base64'),
    client_id: app.clientId,
    owner: accountForm(owner, root),
    name: app.name,
    description: '',
    external_url: htmlRoot(root),
    html_url: `${htmlRoot(root)}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events: app.events,
    installations_count: installed.length,
  }
}

export function installationForm(world: World, installation: Installation, root: string): Json {
  const app = world.apps.get(installation.appId)
  const account = world.accounts.get(installation.account)
  if (app === undefined || account === undefined)
    throw new Error(`installation ${installation.id} has no app or account`)
  const suspended = installation.suspendedAt
  return {
    id: installation.id,
    account: accountForm(account, root),
    repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
    access_tokens_url: `${root}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${root}/installation/repositories`,
    html_url: `${htmlRoot(root)}/organizations/${account.login}/settings/installations/${installation.id}`,
    app_id: app.id,
    client_id: app.clientId,
    target_id: account.id,
    target_type: account.kind,
    permissions: installation.permissions,
    events: app.events,
    created_at: iso(installation.createdAt),
    updated_at: iso(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    app_slug: app.slug,
    suspended_by: null,
    suspended_at: suspended === undefined ? null : iso(suspended),
  }
}
