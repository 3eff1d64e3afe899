import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Permissions } from '../exchange.ts'
import type { Account, AccountKind, App, Installation, Organisation, Role, Team } from './accounts.ts'
import { WEB_FLOW } from './git/commits.ts'
import { git } from './git/process.ts'
import type { Repository, RepositorySettings } from './repositories.ts'
import type { World } from './world.ts'

const DEFAULT_SETTINGS: RepositorySettings = {
  has_issues: true,
  allow_merge_commit: true,
  allow_squash_merge: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  allow_update_branch: false,
  delete_branch_on_merge: false,
  squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
  squash_merge_commit_message: 'COMMIT_MESSAGES',
  merge_commit_title: 'MERGE_MESSAGE',
  merge_commit_message: 'PR_TITLE',
  web_commit_signoff_required: false,
}

export function createAccount(world: World, kind: AccountKind, login: string, appId?: number): Account {
  const former = world.accounts.get(login)
  if (former) return former
  const id = world.nextId()
  const email = `${id}+${login}@users.noreply.github.com`
  const account: Account = { id, login, kind, name: login, email, ...(appId === undefined ? {} : { appId }) }
  world.accounts.set(login, account)
  return account
}

export function createOrganisation(world: World, login: string): Organisation {
  const account = createAccount(world, 'Organization', login)
  const organisation: Organisation = { account, members: new Map(), teams: new Map() }
  world.organisations.set(login, organisation)
  return organisation
}

export function createTeam(world: World, organisation: string, slug: string, members: readonly string[]): Team {
  const home = world.organisations.get(organisation)
  if (!home) throw new Error(`no organisation ${organisation}`)
  const team: Team = { id: world.nextId(), slug, organisation, members: new Set(members) }
  home.teams.set(slug, team)
  for (const login of members) if (!home.members.has(login)) home.members.set(login, 'member')
  return team
}

export type NewApp = {
  readonly name: string
  readonly owner: string
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly webhookUrl?: string
  readonly webhookSecret?: string
}

export function createApp(world: World, wanted: NewApp): App {
  const id = world.nextId()
  const slug = wanted.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const app: App = {
    id,
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    slug,
    name: wanted.name,
    owner: wanted.owner,
    bot: createAccount(world, 'Bot', `${slug}[bot]`, id),
    permissions: wanted.permissions,
    events: wanted.events,
    privateKeyPem: keys.privateKey,
    publicKeyPem: keys.publicKey,
    webhookSecret: wanted.webhookSecret ?? randomBytes(20).toString('hex'),
    webhookUrl: wanted.webhookUrl,
    createdAt: world.clock.now(),
  }
  world.apps.set(id, app)
  return app
}

/** Installs an App; without permissions of its own it gets all that the App asks for. */
export function install(
  world: World,
  app: App,
  account: string,
  repositories: 'all' | readonly number[],
  permissions: Permissions = app.permissions,
): Installation {
  const installation: Installation = {
    id: world.nextId(),
    appId: app.id,
    account,
    repositories: repositories === 'all' ? 'all' : new Set(repositories),
    permissions: { metadata: 'read', ...permissions },
    suspendedAt: undefined,
    createdAt: world.clock.now(),
  }
  world.installations.set(installation.id, installation)
  const sender = world.accounts.get(account) ?? createAccount(world, 'User', account)
  world.events.emit({ event: 'installation', action: 'created', app, installation, sender })
  return installation
}

export type NewRepository = {
  readonly owner: string
  readonly name: string
  readonly private?: boolean
  readonly defaultBranch?: string
  readonly settings?: Partial<RepositorySettings>
  readonly roles?: Readonly<Record<string, Role>>
}

/** An empty repository. */
export async function createRepository(world: World, wanted: NewRepository): Promise<Repository> {
  const owner = world.accounts.get(wanted.owner) ?? createAccount(world, 'User', wanted.owner)
  const gitDir = join(world.dir, owner.login, `${wanted.name}.git`)
  const defaultBranch = wanted.defaultBranch ?? 'main'
  mkdirSync(gitDir, { recursive: true })
  await git(gitDir, ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`, gitDir])
  appendFileSync(join(gitDir, 'config'), GIT_CONFIG)
  const now = world.clock.now()
  const repository: Repository = {
    id: world.nextId(),
    owner: owner.login,
    name: wanted.name,
    gitDir,
    private: wanted.private ?? true,
    archived: false,
    defaultBranch,
    description: undefined,
    createdAt: now,
    pushedAt: now,
    settings: { ...DEFAULT_SETTINGS, ...wanted.settings },
    roles: new Map(Object.entries(wanted.roles ?? {})),
    teamRoles: new Map(),
    threads: new Map(),
    nextNumber: 1,
    labels: new Map(),
    rulesets: [],
    suites: [],
    checkRuns: [],
    statuses: [],
    queue: [],
  }
  world.repositories.set(repository.id, repository)
  createAccount(world, 'User', WEB_FLOW.login)
  return repository
}

const GIT_CONFIG = `
[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	denyDeleteCurrent = ignore
[gc]
	auto = 0
`

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  const lower = `${owner}/${name}`.toLowerCase()
  return [...world.repositories.values()].find((repo) => `${repo.owner}/${repo.name}`.toLowerCase() === lower)
}
