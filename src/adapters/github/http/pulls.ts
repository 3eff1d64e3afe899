import type { ApiPull } from '../api.ts'
import { CHECKS, MORE_OF_PULL } from './documents/pull.ts'
import { pullOf } from './facts.ts'
import { type Graphql, queried } from './graphql.ts'
import type { Node } from './json.ts'

/** Pages of one list of one pull request, after the first; what is longer is said to be cut. */
const MOST_PAGES = 10
const MOST_COMMITS = 50

export type Repository = { readonly owner: string; readonly name: string }

type Listed = { readonly nodes: readonly Node[]; readonly complete: boolean }

/**
 * A pull request with its lists read to the end, where `whole` asks for that: ended ones show their newest part. Comments are always read to the
 * end, since our answers among them are the state of holds.
 */
export async function completePull(
  graphql: Graphql,
  repository: Repository,
  node: Node,
  whole: boolean,
): Promise<ApiPull> {
  const id = node.text('id')
  const more = (list: keyof typeof MORE_OF_PULL, first: Node | undefined): Promise<Listed> =>
    whole || list === 'comments'
      ? rest(graphql, MORE_OF_PULL[list], { id }, first, list === 'commits' ? MOST_COMMITS : undefined)
      : shown(first)
  const [commits, comments, files, reviews, threads, checks] = await Promise.all([
    more('commits', node.nodeOr('commits')),
    more('comments', node.nodeOr('comments')),
    more('files', node.nodeOr('files')),
    more('reviews', node.nodeOr('latestOpinionatedReviews')),
    more('threads', node.nodeOr('reviewThreads')),
    checksOf(graphql, repository, node),
  ])
  const lists = { commits, comments, files, reviews, threads, checks }
  return pullOf(node, {
    commits: commits.nodes,
    comments: comments.nodes,
    files: files.nodes,
    reviews: reviews.nodes,
    threads: threads.nodes,
    checks: checks.nodes,
    checked: headCommit(node)?.text('oid') ?? node.text('headRefOid'),
    incomplete: Object.entries(lists).flatMap(([name, list]) => (list.complete ? [] : [name])),
  })
}

/** The part of a list that came with the pull request. One that did not come was not asked for. */
async function shown(first: Node | undefined): Promise<Listed> {
  return { nodes: first?.listOr('nodes') ?? [], complete: cursorOf(first) === undefined }
}

type Cursor = { readonly at: string; readonly backwards: boolean }

function cursorOf(list: Node | undefined): Cursor | undefined {
  const page = list?.nodeOr('pageInfo')
  if (page === undefined) return undefined
  if (page.flag('hasPreviousPage')) return { at: page.text('startCursor'), backwards: true }
  return page.flag('hasNextPage') ? { at: page.text('endCursor'), backwards: false } : undefined
}

async function rest(
  graphql: Graphql,
  text: string,
  variables: Readonly<Record<string, unknown>>,
  first: Node | undefined,
  enough = Number.POSITIVE_INFINITY,
): Promise<Listed> {
  // What GitHub does not show may still be there.
  if (first === undefined) return { nodes: [], complete: false }
  let nodes = first.listOr('nodes')
  let cursor = cursorOf(first)
  for (let page = 0; cursor !== undefined && nodes.length < enough; page += 1) {
    if (page >= MOST_PAGES) return { nodes, complete: false }
    const data = await queried(graphql, {
      name: 'more of a pull request',
      text,
      variables: { ...variables, cursor: cursor.at },
      step: 'read',
    })
    const list = data?.nodeOr('node')?.nodeOr('list')
    if (list === undefined) return { nodes, complete: false }
    const found = list.listOr('nodes')
    nodes = cursor.backwards ? [...found, ...nodes] : [...nodes, ...found]
    cursor = cursorOf(list)
  }
  return { nodes, complete: true }
}

function headCommit(node: Node): Node | undefined {
  return node.nodeOr('head')?.listOr('nodes').at(-1)?.nodeOr('commit')
}

async function checksOf(graphql: Graphql, repository: Repository, node: Node): Promise<Listed> {
  const head = headCommit(node)
  const contexts = head?.nodeOr('statusCheckRollup')?.nodeOr('contexts')
  return head === undefined
    ? { nodes: [], complete: true }
    : checkPages(graphql, repository, head.text('oid'), contexts)
}

/** Checks of a commit; `first` is the page that is known. */
async function checkPages(
  graphql: Graphql,
  { owner, name }: Repository,
  oid: string,
  first: Node | undefined,
): Promise<Listed> {
  let nodes = first?.listOr('nodes') ?? []
  let cursor = cursorOf(first)?.at
  for (let page = 0; cursor !== undefined; page += 1) {
    if (page >= MOST_PAGES) return { nodes, complete: false }
    const list = await checkPage(graphql, { owner, name }, oid, cursor)
    if (list === undefined) return { nodes, complete: false }
    nodes = [...nodes, ...list.listOr('nodes')]
    cursor = cursorOf(list)?.at
  }
  return { nodes, complete: true }
}

async function checkPage(
  graphql: Graphql,
  { owner, name }: Repository,
  oid: string,
  cursor: string | null,
): Promise<Node | undefined> {
  const data = await queried(graphql, {
    name: 'checks',
    text: CHECKS,
    variables: { owner, name, oid, cursor },
    step: 'read',
  })
  return data?.nodeOr('repository')?.nodeOr('object')?.nodeOr('statusCheckRollup')?.nodeOr('contexts')
}
