import type { Codes } from './auth/manifest.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Answer, Route } from './exchange.ts'
import type { Faults, Memory } from './faults.ts'
import type { Lagging } from './lagging.ts'
import type { Limits } from './limits.ts'
import type { Description } from './openapi.ts'
import type { createRouter } from './router.ts'
import type { Violations } from './violations.ts'
import type { Webhooks } from './webhooks.ts'
import type { World } from './world/world.ts'

/** What the process is made of. */
export type StandIn = {
  readonly world: World
  readonly tokens: Tokens
  readonly codes: Codes
  readonly description: Description
  readonly routes: readonly Route[]
  readonly find: ReturnType<typeof createRouter>
  readonly limits: Limits
  readonly faults: Faults
  readonly memory: Memory
  readonly lagging: Lagging
  readonly violations: Violations
  readonly webhooks: Webhooks
  /** Speaks as a GitHub Enterprise Server of this version. */
  readonly ghes: string | undefined
}

/** One request as it came in. */
export type Incoming = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  /** Address of the API as the client called it, without a slash at the end. */
  readonly root: string
  readonly requestId: string
}

/** What becomes of it: an answer, or a connection that is cut or left open. */
export type Outcome =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'reset' }
  | { readonly do: 'hang' }
