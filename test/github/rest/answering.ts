import { refusal } from '../answers.ts'
import type { Answer, Exchange, Permissions, Route } from '../exchange.ts'
import type { Args } from '../graphql/args.ts'
import type { Account, App } from '../world/accounts.ts'
import { findRepository } from '../world/establish.ts'
import type { Issue, Pull } from '../world/issues.ts'
import { accountOf, mayIn, moverOf } from '../world/permissions.ts'
import type { Repository } from '../world/repositories.ts'
import { TEXTS } from '../world/texts.ts'
import type { World } from '../world/world.ts'

/** What a handler of a route below a repository is given. */
export type Asked = {
  readonly world: World
  readonly repo: Repository
  readonly exchange: Exchange
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Args
  /** Root of the API, for addresses in answers. */
  readonly root: string
}

type Handle = (asked: Asked) => Answer | Promise<Answer>
export type Needs = readonly Permissions[]

/** Thrown by a handler where GitHub refuses. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super('refused')
    this.answer = answer
  }
}

export const METADATA: Needs = [{ metadata: 'read' }]
export const READ_CODE: Needs = [{ contents: 'read' }]
export const WRITE_CODE: Needs = [{ contents: 'write' }]
export const READ_PULLS: Needs = [{ pull_requests: 'read' }]
export const WRITE_PULLS: Needs = [{ pull_requests: 'write' }]
export const READ_ISSUES: Needs = [{ issues: 'read' }, { pull_requests: 'read' }]
export const WRITE_ISSUES: Needs = [{ issues: 'write' }, { pull_requests: 'write' }]
export const READ_CHECKS: Needs = [{ checks: 'read' }]
export const WRITE_CHECKS: Needs = [{ checks: 'write' }]

const ROOT = '/repos/{owner}/{repo}'

/** A route below a repository that only reads. */
export function reads(path: string, needs: Needs, handle: Handle): Route {
  return { method: 'GET', template: `${ROOT}${path}`, needs, handle: (...given) => answered(handle, ...given) }
}

/** One that writes: one at a time in the whole world, and none into an archived repository. */
export function writes(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, needs: Needs, handle: Handle): Route {
  const guarded: Handle = (asked) => (asked.repo.archived ? refusal(403, TEXTS.archived) : handle(asked))
  return {
    method,
    template: `${ROOT}${path}`,
    needs,
    handle: (world, ...given) => world.exclusive(() => answered(guarded, world, ...given)),
  }
}

async function answered(
  handle: Handle,
  world: World,
  exchange: Exchange,
  params: Readonly<Record<string, string>>,
): Promise<Answer> {
  const repo = findRepository(world, params['owner'] ?? '', params['repo'] ?? '')
  if (!repo) return refusal(404, 'Not Found')
  const { query, root } = exchange
  const body = typeof exchange.body === 'object' && exchange.body !== null ? (exchange.body as Args) : {}
  try {
    return await handle({ world, repo, exchange, params, query, body, root })
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const NO_CONTENT: Answer = { status: 204 }

export function notFound(): Refusal {
  return new Refusal(refusal(404, 'Not Found'))
}

/** 422 with nothing but a message. */
export const unprocessable = (message: string): Refusal => new Refusal(refusal(422, message))

type FieldError = {
  readonly resource: string
  readonly code: string
  readonly field?: string
  readonly message?: string
}

/** 422 as GitHub writes it for fields: `Validation Failed` and what is wrong. */
export function invalid(error: FieldError): Refusal {
  const answer = refusal(422, 'Validation Failed')
  return new Refusal({ ...answer, body: { ...(answer.body as object), errors: [error] } })
}

export function actorOf({ world, exchange }: Asked): Account {
  const account = accountOf(world, exchange.actor)
  if (!account) throw new Refusal(refusal(401, 'Requires authentication'))
  return account
}

export const mover = ({ world, exchange }: Asked) => moverOf(world, exchange.actor)

/** Only Apps write check runs. */
export function appOf({ world, exchange }: Asked): App {
  const app = exchange.actor.kind === 'installation' ? world.apps.get(exchange.actor.appId) : undefined
  if (!app) throw new Refusal(refusal(403, 'You must authenticate via a GitHub App.'))
  return app
}

/** The permission for pull requests does for comments and labels of pull requests, not for those of issues. */
export function needsOfThread(asked: Asked, thread: Issue | Pull, level: 'read' | 'write'): void {
  const { world, exchange, repo } = asked
  const enough: Needs = thread.kind === 'pull' ? [{ pull_requests: level }, { issues: level }] : [{ issues: level }]
  if (enough.some((set) => mayIn(world, exchange.actor, repo, set))) return
  throw new Refusal(refusal(403, TEXTS.forbidden))
}
