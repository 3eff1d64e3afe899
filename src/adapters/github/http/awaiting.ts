import type { ApiAwaiting, AwaitingPull } from '../api.ts'
import { actorOr } from './accounts.ts'
import { AWAITING_OF } from './documents/pull.ts'
import { type Graphql, queried } from './graphql.ts'
import type { Node } from './json.ts'
import type { Repository } from './pulls.ts'

const MOST_PAGES = 10

export async function awaiting(graphql: Graphql, repository: Repository, base: string): Promise<ApiAwaiting> {
  const pulls: AwaitingPull[] = []
  let queue: ApiAwaiting['queue'] = []
  let after: string | null = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const data: Node | undefined = await queried(graphql, {
      name: 'Awaiting',
      text: AWAITING_OF,
      variables: { ...repository, base, after },
      step: 'read',
    })
    const shown: Node | undefined = data?.nodeOr('repository')
    const list: Node | undefined = shown?.nodeOr('pulls')
    pulls.push(...(list?.listOr('nodes') ?? []).map(awaitingPull))
    if (page === 0) queue = queueOf(shown?.nodeOr('mergeQueue'))
    const info: Node | undefined = list?.nodeOr('pageInfo')
    if (info?.flag('hasNextPage') !== true) break
    after = info.text('endCursor')
  }
  return { pulls, queue }
}

function awaitingPull(node: Node): AwaitingPull {
  return {
    number: node.number('number'),
    author: actorOr(node.nodeOr('author')),
    branch: node.text('headRefName'),
    crossRepository: node.flag('isCrossRepository'),
    headOid: node.text('headRefOid'),
  }
}

function queueOf(queue: Node | undefined): ApiAwaiting['queue'] {
  return (queue?.nodeOr('entries')?.listOr('nodes') ?? []).map((entry) => {
    const group = entry.nodeOr('headCommit')?.textOr('oid')
    return { ...awaitingPull(entry.node('pullRequest')), ...(group === undefined ? {} : { group }) }
  })
}
