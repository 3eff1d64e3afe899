import { randomBytes } from 'node:crypto'
import type { Permissions } from '../../exchange.ts'
import { ROLES, type Role } from '../accounts.ts'
import { createAccount, createApp, createOrganisation, createTeam, install, type NewApp } from '../establish.ts'
import type { World } from '../world.ts'
import { repositoryNamed } from './named.ts'

type Members = Readonly<Record<string, 'admin' | 'member'>>

/** Accounts, roles and Apps, as a test sets them up. */
export const peopleControls = {
  createOrganisation(world: World, input: { readonly login: string; readonly members?: Members }) {
    const organisation = createOrganisation(world, input.login)
    for (const [login, role] of Object.entries(input.members ?? {})) {
      createAccount(world, 'User', login)
      organisation.members.set(login, role)
    }
    return { id: organisation.account.id }
  },

  createUser(world: World, input: { readonly login: string }) {
    return { id: createAccount(world, 'User', input.login).id }
  },

  /** `roles` by repository, `owner/name`. */
  createTeam(
    world: World,
    input: {
      readonly organisation: string
      readonly slug: string
      readonly members: readonly string[]
      readonly roles?: Readonly<Record<string, Role>>
    },
  ) {
    for (const login of input.members) createAccount(world, 'User', login)
    const team = createTeam(world, input.organisation, input.slug, input.members)
    for (const [name, role] of Object.entries(input.roles ?? {})) {
      repositoryNamed(world, name).teamRoles.set(input.slug, role)
    }
    return { id: team.id }
  },

  createApp(world: World, input: NewApp) {
    const app = createApp(world, input)
    const { id: appId, slug, clientId, privateKeyPem, webhookSecret, bot } = app
    return { appId, slug, clientId, privateKeyPem, webhookSecret, botLogin: bot.login }
  },

  /** Repositories by `owner/name`. Without permissions it gets all that the App asks for. */
  install(
    world: World,
    input: {
      readonly appId: number
      readonly account: string
      readonly repositories: 'all' | readonly string[]
      readonly permissions?: Permissions
    },
  ) {
    const app = world.apps.get(input.appId)
    if (!app) throw new Error(`no App ${input.appId}`)
    const chosen =
      input.repositories === 'all' ? 'all' : input.repositories.map((name) => repositoryNamed(world, name).id)
    return { installationId: install(world, app, input.account, chosen, input.permissions).id }
  },

  /** Changes what an installation may do or see. */
  changeInstallation(
    world: World,
    input: {
      readonly installationId: number
      readonly permissions?: Permissions
      readonly repositories?: 'all' | readonly string[]
    },
  ) {
    const installation = world.installations.get(input.installationId)
    const app = world.apps.get(installation?.appId ?? 0)
    const sender = world.accounts.get(installation?.account ?? '')
    if (!installation || !app || !sender) throw new Error(`no installation ${input.installationId}`)
    if (input.permissions) {
      installation.permissions = { metadata: 'read', ...input.permissions }
      world.events.emit({ event: 'installation', action: 'new_permissions_accepted', app, installation, sender })
    }
    if (input.repositories) changeRepositories(world, input.installationId, input.repositories)
    return {}
  },

  /** A token of a person, with everything that the person may do. */
  userToken(world: World, input: { readonly login: string }) {
    createAccount(world, 'User', input.login)
    const token = `ghp_${randomBytes(18).toString('hex')}`
    world.userTokens.set(token, { token, login: input.login })
    return { token }
  },

  setRole(world: World, input: { readonly repo: string; readonly login: string; readonly role: Role }) {
    if (!ROLES.includes(input.role)) throw new Error(`no role ${input.role}`)
    createAccount(world, 'User', input.login)
    repositoryNamed(world, input.repo).roles.set(input.login, input.role)
    return {}
  },
}

function changeRepositories(world: World, installationId: number, names: 'all' | readonly string[]): void {
  const installation = world.installations.get(installationId)
  const app = world.apps.get(installation?.appId ?? 0)
  const sender = world.accounts.get(installation?.account ?? '')
  if (!installation || !app || !sender) return
  const all = [...world.repositories.values()].filter((repo) => repo.owner === installation.account)
  const former = installation.repositories
  const had = all.filter((repo) => former === 'all' || former.has(repo.id))
  const now = names === 'all' ? all : names.map((name) => repositoryNamed(world, name))
  installation.repositories = names === 'all' ? 'all' : new Set(now.map((repo) => repo.id))
  const changed = [
    { action: 'added', repositories: now.filter((repo) => !had.includes(repo)) },
    { action: 'removed', repositories: had.filter((repo) => !now.includes(repo)) },
  ] as const
  for (const { action, repositories } of changed) {
    if (repositories.length === 0) continue
    world.events.emit({ event: 'installation_repositories', action, app, installation, repositories, sender })
  }
}
