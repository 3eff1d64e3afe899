import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from './auth.ts'
import type { Actor, Permissions } from './exchange.ts'
import { backend } from './git/backend.ts'
import { receivePack } from './git/receive-pack.ts'
import type { StandIn } from './stand-in.ts'
import { findRepository } from './world/establish.ts'
import { accountOf, canSee, mayIn } from './world/permissions.ts'
import type { Repository } from './world/repositories.ts'

const GIT = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/

export function isGit(path: string): boolean {
  return GIT.test(path)
}

type Asked = {
  readonly repository: Repository
  readonly actor: Actor
  readonly service: string
  readonly needed: Permissions
}

/** Clone, fetch and push over HTTP, with a token as the password. */
export async function gitAnswer(
  standIn: StandIn,
  at: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = allowed(standIn, at, request)
  if (typeof asked === 'number') return refuse(response, asked)
  const { repository, actor, service, needed } = asked
  const { world } = standIn
  const call = { at: world.clock.now(), actor, kind: 'git', path: at.pathname, status: 200, needed } as const
  world.calls.push({ ...call, operation: service })
  const account = accountOf(world, actor)
  if (at.pathname.endsWith('/git-receive-pack') && account) {
    const workflows = actor.kind === 'user' || mayIn(world, actor, repository, { workflows: 'write' })
    await receivePack(world, repository, { account, workflows }, request, response)
  } else await backend(repository.gitDir, at, request, response)
}

/** What is asked for, or the status of the refusal. */
function allowed(standIn: StandIn, at: URL, request: IncomingMessage): Asked | number {
  const { world } = standIn
  const [, owner = '', name = '', action = ''] = GIT.exec(at.pathname) ?? []
  const who = authenticate(world, standIn.tokens, request.headers.authorization)
  if ('refused' in who) return who.refused.status
  const { actor } = who
  const repository = findRepository(world, owner, name)
  if (repository === undefined || !canSee(world, actor, repository)) return actor.kind === 'anonymous' ? 401 : 404
  const service = action === 'info/refs' ? (at.searchParams.get('service') ?? '') : action
  const needed: Permissions = { contents: service === 'git-receive-pack' ? 'write' : 'read' }
  if (!mayIn(world, actor, repository, needed)) return actor.kind === 'anonymous' ? 401 : 403
  return { repository, actor, service, needed }
}

function refuse(response: ServerResponse, status: number): void {
  const headers = { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="GitHub"' }
  response.writeHead(status, headers).end(status === 404 ? 'Repository not found.' : 'Permission denied.')
}
