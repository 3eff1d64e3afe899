import { type Codes, manifestRoutes } from './auth/manifest.ts'
import { appRoutes } from './auth/routes.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Route } from './exchange.ts'
import type { Limits } from './limits.ts'
import { limitRoutes } from './limits-route.ts'
import { ROUTES as REPOSITORY_ROUTES } from './rest/index.ts'
import { hookRoutes } from './webhooks/routes.ts'
import type { Webhooks } from './webhooks.ts'

/** What the operations of the process itself stand on; the others only need the world. */
export type RouteParts = {
  readonly tokens: Tokens
  readonly codes: Codes
  readonly webhooks: Webhooks
  readonly limits: Limits
}

/** Every REST operation that the stand-in knows. The parts are asked for only by a request. */
export function allRoutes(parts: () => RouteParts): readonly Route[] {
  return [
    ...appRoutes(() => parts().tokens),
    ...manifestRoutes(() => parts().codes),
    ...hookRoutes(() => parts().webhooks),
    ...limitRoutes(() => parts().limits),
    ...REPOSITORY_ROUTES,
  ]
}

/** The same without a process, for the script that takes their descriptions from GitHub's. */
export const ROUTES: readonly Route[] = allRoutes(() => {
  throw new Error('these routes are to be read, not asked')
})
