import { randomBytes } from 'node:crypto'
import type { Actor, Permissions } from '../exchange.ts'
import type { Installation } from '../world/accounts.ts'
import type { World } from '../world/world.ts'

/** One hour, as GitHub's documentation of installation access tokens says. */
export const TOKEN_LIFE_MS = 3_600_000

export type InstallationToken = {
  readonly token: string
  readonly installationId: number
  readonly permissions: Permissions
  readonly repositories: 'all' | readonly number[]
  readonly expiresAt: number
}

/** Tokens that the stand-in issued to installations; in memory, as long as the process lives. */
export type Tokens = {
  issue(asked: Omit<InstallationToken, 'token' | 'expiresAt'>): InstallationToken
  find(token: string): InstallationToken | undefined
  revoke(token: string): boolean
  issued(): readonly InstallationToken[]
  /** When it was presented last, taken or not. */
  lastUse(token: string): number | undefined
}

export function createTokens(now: () => number): Tokens {
  const known = new Map<string, InstallationToken>()
  const used = new Map<string, number>()
  return {
    issue(asked) {
      const fresh = { ...asked, token: `ghs_${randomBytes(18).toString('hex')}`, expiresAt: now() + TOKEN_LIFE_MS }
      known.set(fresh.token, fresh)
      return fresh
    },
    find(token) {
      const found = known.get(token)
      if (found !== undefined) used.set(token, now())
      return found
    },
    revoke: (token) => known.delete(token),
    issued: () => [...known.values()],
    lastUse: (token) => used.get(token),
  }
}

/** What a token may do now: never more than what the installation is granted today. */
export function actorOf(world: World, token: InstallationToken, installation: Installation): Actor {
  return {
    kind: 'installation',
    appId: installation.appId,
    installationId: installation.id,
    permissions: narrowed(token.permissions, installation.permissions),
    repositories: covered(world, token.repositories, installation),
  }
}

function narrowed(asked: Permissions, granted: Permissions): Permissions {
  const both = Object.entries(asked).flatMap(([name, level]) => {
    const have = granted[name]
    return have === undefined ? [] : [[name, level === 'write' && have === 'write' ? 'write' : 'read'] as const]
  })
  return Object.fromEntries(both)
}

function covered(world: World, asked: 'all' | readonly number[], installation: Installation): readonly number[] {
  const ids = asked === 'all' ? [...world.repositories.keys()] : asked
  return ids.filter((id) => covers(world, installation, id))
}

/** Whether the repository belongs to the account and was chosen. */
export function covers(world: World, installation: Installation, repositoryId: number): boolean {
  const repository = world.repositories.get(repositoryId)
  if (repository === undefined || repository.owner.toLowerCase() !== installation.account.toLowerCase()) return false
  return installation.repositories === 'all' || installation.repositories.has(repositoryId)
}
