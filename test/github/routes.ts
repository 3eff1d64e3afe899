import { appRoutes } from './auth/routes.ts'
import { createTokens, type Tokens } from './auth/tokens.ts'
import type { Route } from './exchange.ts'

/** Every REST operation that the stand-in knows. */
export function allRoutes(tokens: Tokens): readonly Route[] {
  return [...appRoutes(tokens)]
}

/** The same without a process, for the script that takes their descriptions from GitHub's. */
export const ROUTES: readonly Route[] = allRoutes(createTokens(() => 0))
