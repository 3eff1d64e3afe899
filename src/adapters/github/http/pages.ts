import { KintsugiError } from '../../../domain/index.ts'
import type { RepositoryQuery } from '../api.ts'
import { type Graphql, queried } from './graphql.ts'
import type { Node } from './json.ts'
import type { Memory } from './memory.ts'
import type { Repository } from './pulls.ts'

const MOST_PAGES = 20

/** One reading of R. */
export type Looking = {
  readonly graphql: Graphql
  readonly repository: Repository
  readonly query: RepositoryQuery
  readonly memory: Memory
  /** Lists that were cut, by name. */
  readonly incomplete: Set<string>
}

/** The first page and further ones, until `enough` says so of an element (which is the last that is taken). */
export async function pages(
  { graphql, repository, incomplete }: Looking,
  what: string,
  first: Node | undefined,
  text: string,
  variables: Readonly<Record<string, unknown>>,
  field: string,
  enough: (one: Node) => boolean = () => false,
): Promise<readonly Node[]> {
  const nodes: Node[] = []
  let list = first
  let after: string | null = null
  for (let page = 0; page <= MOST_PAGES; page += 1) {
    if (list === undefined) {
      const data = await queried(graphql, {
        name: `more ${field}`,
        text,
        variables: { ...repository, ...variables, after },
        step: 'read',
      })
      list = data?.nodeOr('repository')?.nodeOr(field)
      if (list === undefined) throw new KintsugiError('KIN-4008', `GitHub's answer has no ${what}`)
    }
    for (const one of list.list('nodes')) {
      nodes.push(one)
      if (enough(one)) return nodes
    }
    const info = list.node('pageInfo')
    if (!info.flag('hasNextPage')) return nodes
    after = info.text('endCursor')
    list = undefined
  }
  incomplete.add(what)
  return nodes
}
