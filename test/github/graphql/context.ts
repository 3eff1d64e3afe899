import type { Actor, Permissions } from '../exchange.ts'
import type { Account } from '../world/accounts.ts'
import { accountOf } from '../world/permissions.ts'
import type { World } from '../world/world.ts'

export type RateLimit = {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  readonly resetAtMs: number
  readonly cost: number
}

/** What every resolver is given. */
export type Context = {
  readonly world: World
  readonly actor: Actor
  /** Where the web pages of the stand-in would be. */
  readonly webRoot: string
  readonly rateLimit: () => RateLimit
  /** Told which permissions were needed, and held. */
  readonly onNeed: (needed: Permissions) => void
}

export function viewer(context: Context): Account {
  const account = accountOf(context.world, context.actor)
  if (!account) throw new Error('nobody asks')
  return account
}

export const when = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
export const maybeWhen = (ms: number | undefined): string | null => (ms === undefined ? null : when(ms))
