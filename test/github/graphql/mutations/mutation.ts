import { inputTooLarge } from '../../sizes.ts'
import type { Issue, Pull } from '../../world/issues.ts'
import { canSee } from '../../world/permissions.ts'
import type { Repository } from '../../world/repositories.ts'
import { type Args, maybeText, object, text } from '../args.ts'
import type { Context } from '../context.ts'
import { notFound, StandInGap, unprocessable } from '../errors.ts'
import { type Field, fieldWith } from '../fields.ts'
import { parseNodeId } from '../node-ids.ts'

type Perform = (input: Args, context: Context) => Promise<Readonly<Record<string, unknown>>>

/** A root field of a mutation: one at a time in the whole world, and only with inputs that it understands. */
export function mutation(inputs: readonly string[], perform: Perform): Field<unknown> {
  return fieldWith(['input'], (_, args, context, name) => {
    const input = object(args, 'input')
    const strange = Object.entries(input).find(
      ([key, value]) => !inputs.includes(key) && value !== null && key !== 'clientMutationId',
    )
    if (strange) throw new StandInGap(`${strange[0]} of ${name}`)
    const large = inputTooLarge(name, input)
    if (large !== undefined) throw unprocessable(large)
    const clientMutationId = maybeText(input, 'clientMutationId') ?? null
    return context.world.exclusive(async () => ({ ...(await perform(input, context)), clientMutationId }))
  })
}

function missing(id: string): Error {
  return notFound(`Could not resolve to a node with the global id of '${id}'`)
}

export function repositoryOf(context: Context, input: Args, name = 'repositoryId'): Repository {
  const id = text(input, name)
  const parsed = parseNodeId(id)
  const repo = context.world.repositories.get(Number(parsed?.parts[0]))
  if (parsed?.type !== 'Repository' || !repo || !canSee(context.world, context.actor, repo)) throw missing(id)
  return repo
}

export type Found<Thread> = { readonly repo: Repository; readonly thread: Thread }

/** The issue or pull request that an id names. */
export function threadOf(context: Context, id: string): Found<Issue | Pull> {
  const parsed = parseNodeId(id)
  const repo = context.world.repositories.get(Number(parsed?.parts[0]))
  const thread = repo?.threads.get(Number(parsed?.parts[1]))
  if (!repo || !thread || !canSee(context.world, context.actor, repo)) throw missing(id)
  if (parsed?.type !== (thread.kind === 'pull' ? 'PullRequest' : 'Issue')) throw missing(id)
  return { repo, thread }
}

export function pullOf(
  context: Context,
  input: Args,
  name = 'pullRequestId',
): { readonly repo: Repository; readonly pull: Pull } {
  const { repo, thread } = threadOf(context, text(input, name))
  if (thread.kind !== 'pull') throw missing(text(input, name))
  return { repo, pull: thread }
}
