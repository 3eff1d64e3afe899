import type { Last, Outcome } from '../api.ts'
import { PULL_ID } from './documents/pull.ts'
import { outcomeOf, queried } from './graphql.ts'
import { orWithheld, WITHHELD } from './sending.ts'
import { mutate, type Writing } from './writes.ts'

/** One mutation about one pull request, which mutations name by its id. */
export async function onPull(
  writing: Writing,
  number: number,
  name: string,
  part: 'arm' | 'disarm' | 'queue' | 'dequeue',
  input: Readonly<Record<string, unknown>>,
  last?: Last,
): Promise<Outcome<null>> {
  const id = await pullId(writing, number)
  if (id === undefined)
    return { ok: false, refusal: { kind: 'not-found', status: 404, text: `there is no pull request ${number}` } }
  const inputs = { [part]: { [part === 'dequeue' ? 'id' : 'pullRequestId']: id, ...input } }
  const answer = await orWithheld(mutate(writing, name, inputs, 'merge', 'merge', last))
  if (answer === undefined) return WITHHELD
  return outcomeOf(answer, part, () => null)
}

async function pullId({ graphql, repository, memory }: Writing, number: number): Promise<string | undefined> {
  const known = memory.pulls.get(number)
  if (known !== undefined) return known
  const data = await queried(graphql, {
    name: 'PullId',
    text: PULL_ID,
    variables: { ...repository, number },
    step: 'read',
  })
  const id = data?.nodeOr('repository')?.nodeOr('pullRequest')?.textOr('id')
  if (id !== undefined) memory.pulls.set(number, id)
  return id
}
