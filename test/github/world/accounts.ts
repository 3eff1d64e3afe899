import type { Permissions } from '../exchange.ts'

export type AccountKind = 'User' | 'Organization' | 'Bot'

/** Who can own, write or be mentioned. The login of a bot ends in `[bot]`, as REST says it; GraphQL leaves that off. */
export type Account = {
  readonly id: number
  readonly login: string
  readonly kind: AccountKind
  readonly name: string
  /** What stands in commits that the account makes. */
  readonly email: string
  /** Only of bots. */
  readonly appId?: number
}

export type Organisation = {
  readonly account: Account
  /** Login to role in the organisation. */
  readonly members: Map<string, 'admin' | 'member'>
  readonly teams: Map<string, Team>
}

export type Team = {
  readonly id: number
  readonly slug: string
  readonly organisation: string
  readonly members: Set<string>
}

/** Roles in a repository, weakest first. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type Role = (typeof ROLES)[number]

export type App = {
  readonly id: number
  readonly clientId: string
  readonly slug: string
  readonly name: string
  readonly owner: string
  readonly bot: Account
  permissions: Permissions
  events: readonly string[]
  readonly privateKeyPem: string
  readonly publicKeyPem: string
  webhookSecret: string
  webhookUrl: string | undefined
  readonly createdAt: number
}

export type Installation = {
  readonly id: number
  readonly appId: number
  /** Login of the account that it is installed on. */
  readonly account: string
  /** Ids of repositories. */
  repositories: 'all' | Set<number>
  permissions: Permissions
  suspendedAt: number | undefined
  readonly createdAt: number
}

/** Token of a person. Those of installations are issued by the process's authentication. */
export type UserToken = { readonly token: string; readonly login: string }
