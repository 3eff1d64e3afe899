import type { Route } from './exchange.ts'
import type { Limits } from './limits.ts'

/** `GET /rate_limit`: free of the primary limit, not of the secondary ones. */
export function limitRoutes(limits: () => Limits): readonly Route[] {
  return [
    {
      method: 'GET',
      template: '/rate_limit',
      needs: 'none',
      handle: (_, exchange) => {
        const core = limits().standing(exchange.actor, 'core')
        const graphql = limits().standing(exchange.actor, 'graphql')
        const search = { limit: 30, used: 0, remaining: 30, reset: core.reset }
        return { status: 200, body: { resources: { core, graphql, search }, rate: core } }
      },
    },
  ]
}
