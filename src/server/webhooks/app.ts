import type { Probot } from 'probot'
import type { Nudge } from './nudges.ts'

export type AppIdentity = {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  /** Root of the REST API; that of github.com where left out. */
  readonly baseUrl?: string
  /** Which way GitHub is asked; Node's own where left out. */
  readonly fetch?: typeof fetch
}

/** One Probot per secret, since it knows but one; made when a delivery first needs it. */
export type App = {
  /** Verifies again, and tells of what a nudge is read from. Throws where the body is not what its event says. */
  receive(delivery: { id: string; event: string; signature: string }, body: string, secret: string): Promise<void>
  /** Speaks to GitHub as the App itself, with a JWT. */
  request(route: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>
}

/**
 * Probot without its habits: no routes, no setup page, no default secret, no waits between requests, no resends, and no log on stdout.
 * Nothing is loaded before it is called.
 */
export async function probotApp(identity: AppIdentity, nudge: (nudge: Nudge) => void): Promise<App> {
  const { Probot: Bot, ProbotOctokit } = await import('probot')
  // Only the function form wins over what Probot sets itself.
  const Octokit = ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    throttle: { ...objectOf(options['throttle']), enabled: false },
    retry: { enabled: false },
    ...(identity.fetch && { request: { ...objectOf(options['request']), fetch: identity.fetch } }),
  }))
  const made = new Map<string, Promise<Probot>>()
  const botOf = (secret: string): Promise<Probot> => {
    const known = made.get(secret)
    if (known !== undefined) return known
    const { appId, privateKey, baseUrl } = identity
    const bot = new Bot({ appId, privateKey, secret, Octokit, logLevel: 'fatal', ...(baseUrl && { baseUrl }) })
    listen(bot, appId, nudge)
    const ready = bot.ready()
    // Of a rotation only the last two matter.
    if (made.size >= 2) made.clear()
    made.set(secret, ready)
    return ready
  }
  return {
    async receive({ id, event, signature }, body, secret) {
      const bot = await botOf(secret)
      await bot.webhooks.verifyAndReceive({ id, name: event, payload: body, signature })
    },
    async request(route, parameters) {
      const first = await (made.values().next().value ?? botOf('no delivery is verified with this one'))
      const octokit = await first.auth()
      return (await octokit.request(route, { ...parameters, headers: { 'x-github-api-version': '2022-11-28' } })).data
    },
  }
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

type About = {
  readonly repository?: { readonly full_name: string } | undefined
  readonly installation?: { readonly id: number } | undefined
}

/** GitHub's own names; anything else names nothing. */
const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/

function at({ repository, installation }: About): Nudge {
  const name = repository?.full_name
  return {
    ...(name !== undefined && REPOSITORY.test(name) && { repository: name }),
    ...(typeof installation?.id === 'number' && { installation: installation.id }),
  }
}

/** Every event that may change what the next tick would do. Our own check runs change nothing. */
function listen(bot: Probot, appId: number, nudge: (nudge: Nudge) => void): void {
  bot.on('pull_request', ({ payload }) => nudge({ ...at(payload), pull: payload.pull_request.number }))
  bot.on('pull_request_review', ({ payload }) => nudge({ ...at(payload), pull: payload.pull_request.number }))
  bot.on('issue_comment', ({ payload }) => nudge({ ...at(payload), pull: payload.issue.number }))
  bot.on('check_suite', ({ payload }) => nudge({ ...at(payload), sha: payload.check_suite.head_sha }))
  bot.on('check_run', ({ payload }) => {
    const ours = payload.check_run.app?.id === appId && payload.action !== 'requested_action'
    if (!ours) nudge({ ...at(payload), sha: payload.check_run.head_sha })
  })
  bot.on('status', ({ payload }) => nudge({ ...at(payload), sha: payload.sha }))
  bot.on('push', ({ payload }) => nudge({ ...at(payload), sha: payload.after }))
  bot.on('merge_group', ({ payload }) => nudge({ ...at(payload), sha: payload.merge_group.head_sha }))
  bot.on(['installation', 'installation_repositories'], ({ payload }) =>
    nudge(at({ installation: payload.installation })),
  )
}
