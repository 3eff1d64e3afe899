import { refusal } from '../../answers.ts'
import type { Route } from '../../exchange.ts'

/** Whether a person is in a team. Needs `members` of the organisation, which an App may well not have. */
export const teamRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/orgs/{org}/teams/{team_slug}/memberships/{username}',
    needs: [{ members: 'read' }],
    handle(world, { root }, params) {
      const organisation = world.organisations.get(params['org'] ?? '')
      const login = params['username'] ?? ''
      const team = organisation?.teams.get(params['team_slug'] ?? '')
      if (!organisation || !team?.members.has(login)) return refusal(404, 'Not Found')
      const url = `${root}/orgs/${team.organisation}/teams/${team.slug}/memberships/${login}`
      return { status: 200, body: { url, role: 'member', state: 'active' } }
    },
  },
]
