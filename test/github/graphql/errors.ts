import type { Permissions } from '../exchange.ts'
import { mayIn } from '../world/permissions.ts'
import type { Repository } from '../world/repositories.ts'
import { TEXTS } from '../world/texts.ts'
import type { Context } from './context.ts'

/** An error as GitHub writes it: with a `type` beside `path` and `message`. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  readonly type: string | undefined

  constructor(type: string | undefined, message: string) {
    super(message)
    this.type = type
  }
}

/** The stand-in was asked for something that it does not know. It must never look like an answer. */
export class StandInGap extends Error {
  override readonly name = 'StandInGap'

  constructor(what: string) {
    super(`the stand-in does not know ${what}`)
  }
}

export const unprocessable = (message: string): GitHubError => new GitHubError('UNPROCESSABLE', message)
export const notFound = (message: string): GitHubError => new GitHubError('NOT_FOUND', message)

/** Any one of these sets is enough. */
export function need(context: Context, repo: Repository, ...sets: readonly Permissions[]): void {
  const held = sets.find((set) => mayIn(context.world, context.actor, repo, set))
  if (held === undefined) throw new GitHubError('FORBIDDEN', TEXTS.forbidden)
  context.onNeed(held)
}

/** The same for a write: an archived repository takes none. */
export function needToWrite(context: Context, repo: Repository, ...sets: readonly Permissions[]): void {
  need(context, repo, ...sets)
  if (repo.archived) throw unprocessable(TEXTS.archived)
}
