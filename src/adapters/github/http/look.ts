import type { Account } from '../../../domain/index.ts'
import type { ApiIssue, ApiPull, ApiRepository, GitHubApi, RepositoryQuery } from '../api.ts'
import { actor } from './accounts.ts'
import { headsDocument, MORE, repositoryDocument } from './documents/repository.ts'
import { endedOf } from './ended.ts'
import { issueOf } from './facts.ts'
import { type Graphql, queried } from './graphql.ts'
import type { Node } from './json.ts'
import type { Memory } from './memory.ts'
import { type Looking, pages } from './pages.ts'
import { completePull, type Repository } from './pulls.ts'
import { baseRules } from './rules.ts'

const MOST_OF_HEAD = 50
/** Heads in one document: beyond it, more documents. */
const MOST_HEADS = 50

/** R, and further pages where GitHub's first ones are not all. */
export async function look(
  graphql: Graphql,
  repository: Repository,
  query: RepositoryQuery,
  memory: Memory,
  self: GitHubApi['self'],
): Promise<ApiRepository | undefined> {
  const at: Looking = { graphql, repository, query, memory, incomplete: new Set() }
  const heads = query.heads.slice(0, MOST_HEADS)
  const data = await queried(graphql, {
    name: 'Repository',
    text: repositoryDocument({
      heads: heads.length,
      labels: query.labels.length,
      issues: query.issueLabel !== undefined,
    }),
    variables: variablesOf(repository, query, heads),
    step: 'read',
  })
  const node = data?.nodeOr('repository')
  if (node === undefined) return undefined
  memory.repositoryId = node.text('id')
  const branches = await branchesOf(at, node)
  const open = await openOf(at, branches)
  const [ended, ofHeads, livingIssues] = [
    await endedOf(at, node, open),
    await headsOf(at, node, heads, open),
    await issuesOf(at, node),
  ]
  return {
    ...settingsOf(node, query),
    labels: labelsOf(at, node),
    branches: shownBy(branches, query.prefix),
    open,
    ended,
    ofHeads,
    livingIssues,
    ...countOf(at, node, self),
  }
}

function variablesOf(
  { owner, name }: Repository,
  query: RepositoryQuery,
  heads: readonly string[],
): Record<string, unknown> {
  return {
    owner,
    name,
    base: `refs/heads/${query.base}`,
    branch: query.base,
    ours: `refs/heads/${query.prefix}/`,
    ...Object.fromEntries(heads.map((head, at) => [`head${at}`, head])),
    ...Object.fromEntries(query.labels.map((label, at) => [`label${at}`, label])),
    ...(query.issueLabel === undefined ? {} : { issueLabels: [query.issueLabel] }),
  }
}

function settingsOf(node: Node, query: RepositoryQuery) {
  const base = node.nodeOr('base')
  const target = base?.nodeOr('target')
  const tree = target?.nodeOr('tree')?.textOr('oid')
  const visibility = node.text('visibility')
  const defaultBranch = node.nodeOr('defaultBranchRef')?.textOr('name') ?? query.base
  return {
    id: node.text('id'),
    visibility:
      visibility === 'PUBLIC'
        ? ('public' as const)
        : visibility === 'INTERNAL'
          ? ('internal' as const)
          : ('private' as const),
    archived: node.flag('isArchived'),
    issues: node.flag('hasIssuesEnabled'),
    defaultBranch,
    ...(target === undefined || tree === undefined
      ? {}
      : { base: { branch: query.base, oid: target.text('oid'), tree } }),
    rules: baseRules(node, base, `${query.prefix}/any`, defaultBranch),
    squash: { title: node.text('squashMergeCommitTitle'), message: node.text('squashMergeCommitMessage') },
    deletesBranches: node.flag('deleteBranchOnMerge'),
  }
}

async function branchesOf(at: Looking, node: Node): Promise<readonly Node[]> {
  const first = node.nodeOr('branches')
  return pages(at, 'branches', first, MORE.branches, { ours: `refs/heads/${at.query.prefix}/` }, 'branches')
}

function shownBy(branches: readonly Node[], prefix: string): ReadonlyMap<string, string> {
  return new Map(
    branches.flatMap((one): [string, string][] => {
      const oid = one.nodeOr('target')?.textOr('oid')
      return oid === undefined ? [] : [[whole(one.text('name'), prefix), oid]]
    }),
  )
}

/** GitHub names a ref without the prefix that was asked for. */
function whole(name: string, prefix: string): string {
  return name.startsWith(`${prefix}/`) ? name : `${prefix}/${name}`
}

async function openOf(at: Looking, branches: readonly Node[]): Promise<readonly ApiPull[]> {
  const nodes = branches.flatMap((one) => one.nodeOr('associatedPullRequests')?.listOr('nodes') ?? [])
  const own = nodes.filter((one) => !one.flag('isCrossRepository') && one.text('state') === 'OPEN')
  const unique = [...new Map(own.map((one) => [one.number('number'), one])).values()]
  const pulls = await Promise.all(unique.map((one) => completePull(at.graphql, at.repository, one, true)))
  return pulls.sort((a, b) => a.number - b.number)
}

async function headsOf(
  at: Looking,
  node: Node,
  heads: readonly string[],
  open: readonly ApiPull[],
): Promise<ReadonlyMap<string, readonly ApiPull[]>> {
  const known = new Map(open.map((pull) => [pull.number, pull]))
  const found = new Map<string, readonly ApiPull[]>()
  const take = async (shown: Node | undefined, some: readonly string[]): Promise<void> => {
    for (const [index, head] of some.entries()) {
      const nodes = await ofHead(at, head, shown?.nodeOr(`head${index}`))
      const whole = async (one: Node): Promise<ApiPull> =>
        known.get(one.number('number')) ?? completePull(at.graphql, at.repository, one, false)
      found.set(head, await Promise.all(nodes.map(whole)))
    }
  }
  await take(node, heads)
  for (let from = MOST_HEADS; from < at.query.heads.length; from += MOST_HEADS) {
    const some = at.query.heads.slice(from, from + MOST_HEADS)
    await take(await headsShown(at, some), some)
  }
  return found
}

async function headsShown({ graphql, repository }: Looking, heads: readonly string[]): Promise<Node | undefined> {
  const variables = { ...repository, ...Object.fromEntries(heads.map((head, at) => [`head${at}`, head])) }
  const document = { name: 'more heads', text: headsDocument(heads.length), variables, step: 'read' } as const
  return (await queried(graphql, document))?.nodeOr('repository')
}

/** Forks can have a branch of the same name, as many as they like: they do not count towards the 50. */
async function ofHead(at: Looking, head: string, first: Node | undefined): Promise<readonly Node[]> {
  const own: Node[] = []
  const nodes = await pages(at, `head ${head}`, first, MORE.ofHead, { head, first: MOST_OF_HEAD }, 'ofHead', (one) => {
    if (!one.flag('isCrossRepository')) own.push(one)
    return own.length > MOST_OF_HEAD
  })
  return nodes.filter((one) => !one.flag('isCrossRepository')).slice(0, MOST_OF_HEAD)
}

async function issuesOf(at: Looking, node: Node): Promise<readonly ApiIssue[]> {
  if (at.query.issueLabel === undefined) return []
  const nodes = await pages(
    at,
    'issues',
    node.nodeOr('issues'),
    MORE.issues,
    { issueLabels: [at.query.issueLabel] },
    'issues',
  )
  return nodes.map(issueOf)
}

function labelsOf(at: Looking, node: Node): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  for (const [index, label] of at.query.labels.entries()) {
    const id = node.nodeOr(`label${index}`)?.textOr('id')
    at.memory.labels.set(label, id)
    if (id !== undefined) labels.set(label, id)
  }
  return labels
}

/** Only what we opened counts: a branch below our prefix is anybody's who may push. */
function countOf(
  { query, incomplete }: Looking,
  node: Node,
  self: GitHubApi['self'],
): Pick<ApiRepository, 'createdSince' | 'incomplete'> {
  const list = node.node('newest')
  const all = list.list('nodes')
  const cut = list.nodeOr('pageInfo')?.flag('hasNextPage') === true
  const oldestMs = Math.min(...all.map((one) => one.timeMs('createdAt')))
  const isOwn = (author: Account | undefined): boolean =>
    author?.login === self.login && author.kind === (self.appId === 0 ? 'user' : 'app')
  const ours = all.filter(
    (one) =>
      one.text('headRefName').startsWith(`${query.prefix}/`) &&
      !one.flag('isCrossRepository') &&
      isOwn(actor(one.nodeOr('author'))),
  )
  return {
    createdSince: (sinceMs) =>
      cut && sinceMs < oldestMs
        ? Number.POSITIVE_INFINITY
        : ours.filter((one) => one.timeMs('createdAt') >= sinceMs).length,
    ...(incomplete.size === 0 ? {} : { incomplete: [...incomplete] }),
  }
}
