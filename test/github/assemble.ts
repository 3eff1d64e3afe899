import { createCodes } from './auth/manifest.ts'
import { createTokens } from './auth/tokens.ts'
import { createFaults, createMemory } from './faults.ts'
import { createLagging } from './lagging.ts'
import { createLimits } from './limits.ts'
import { sharedDescription } from './openapi.ts'
import { createRouter } from './router.ts'
import { allRoutes } from './routes.ts'
import type { StandIn } from './stand-in.ts'
import { createViolations } from './violations.ts'
import { createWebhooks } from './webhooks.ts'
import { openWorld } from './world/open-world.ts'
import type { WorldOptions } from './world/world.ts'

export type StandInOptions = WorldOptions & {
  /** Folder of the bare repositories. */
  readonly dir: string
  readonly ghes?: string | undefined
}

/** Everything behind the door, with an empty world. `url` is asked only once the server listens. */
export function assemble(options: StandInOptions, url: () => string): StandIn {
  const world = openWorld(options.dir, options)
  const now = () => world.clock.now()
  const tokens = createTokens(now)
  const root = () => (options.ghes === undefined ? url() : `${url()}/api/v3`)
  const codes = createCodes(world)
  const limits = createLimits(now)
  const description = sharedDescription()
  const violations = createViolations(now, (line) => console.error(line))
  const webhooks = createWebhooks(world, root, ({ event, body }) => {
    const problems = description.payloadProblems(event, body)
    if (problems.length > 0) violations.add({ kind: 'webhook', operation: event, problems })
  })
  const routes = allRoutes(() => ({ tokens, codes, webhooks, limits }))
  return {
    world,
    tokens,
    codes,
    routes,
    description,
    find: createRouter(routes),
    limits,
    faults: createFaults(),
    memory: createMemory(),
    lagging: createLagging(world),
    violations,
    webhooks,
    ghes: options.ghes,
  }
}
