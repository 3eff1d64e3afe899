import type { Role } from '../../../domain/index.ts'
import { KintsugiError, ROLES } from '../../../domain/index.ts'
import type { ApiCheckRun, ApiComparison, ApiIssue, ApiListing, ApiPull, GitHubApi } from '../api.ts'
import { treeOid } from '../tree-oid.ts'
import { gitActor } from './accounts.ts'
import { awaiting } from './awaiting.ts'
import type { Client } from './client.ts'
import { ONE_COMMIT, PULL, PULLS_OF, TOUCHING } from './documents/pull.ts'
import { MORE } from './documents/repository.ts'
import { commitOf, issueOf } from './facts.ts'
import { type Graphql, queried } from './graphql.ts'
import { isObject, type Node, nodeOf } from './json.ts'
import type { Memory } from './memory.ts'
import { completePull, type Repository } from './pulls.ts'
import type { Rest } from './rest.ts'

export type Reading = {
  readonly graphql: Graphql
  readonly rest: Rest
  readonly client: Client
  readonly repository: Repository
  readonly memory: Memory
}

type Reads = Pick<
  GitHubApi,
  | 'pull'
  | 'pullsOf'
  | 'commit'
  | 'compare'
  | 'listing'
  | 'commitsTouching'
  | 'issues'
  | 'role'
  | 'inTeam'
  | 'checkOf'
  | 'awaiting'
>

const OID = /^[0-9a-f]{40}$/
/** GitHub shows at most 300 files of a comparison, whatever page is asked for. */
const MOST_COMPARED = 300
/** A tree of 100,000 entries, where GitHub cuts. */
const MOST_LISTING_BYTES = 64 * 1024 * 1024
const MOST_PAGES = 20
const MOST_PATH = 4096

export function readsOf(reading: Reading, appId: number): Reads {
  return {
    pull: (number) => pull(reading, number),
    pullsOf: (branch, limit) => pullsOf(reading, branch, limit),
    async commit(oid) {
      if (!OID.test(oid)) return undefined
      const data = await ask(reading, 'OneCommit', ONE_COMMIT, { oid })
      const node = data?.nodeOr('object')
      return node === undefined || !node.has('message') ? undefined : commitOf(node)
    },
    compare: (base, head) => compare(reading, base, head),
    listing: (revision) => listing(reading, revision),
    commitsTouching: (path, from, limit) => touching(reading, path, from, limit),
    issues: (label) => issues(reading, label),
    role: (login) => role(reading, login),
    inTeam: (organisation, team, login) => inTeam(reading, organisation, team, login),
    checkOf: (sha, name) => ownCheck(reading, sha, name, appId),
    awaiting: (base) => awaiting(reading.graphql, reading.repository, base),
  }
}

async function ask(
  { graphql, repository }: Reading,
  name: string,
  text: string,
  variables: Readonly<Record<string, unknown>>,
) {
  const data = await queried(graphql, { name, text, variables: { ...repository, ...variables }, step: 'read' })
  return data?.nodeOr('repository')
}

async function pull(reading: Reading, number: number): Promise<ApiPull | undefined> {
  const node = (await ask(reading, 'Pull', PULL, { number }))?.nodeOr('pullRequest')
  if (node === undefined) return undefined
  reading.memory.pulls.set(number, node.text('id'))
  return completePull(reading.graphql, reading.repository, node, true)
}

async function pullsOf(reading: Reading, branch: string, limit: number): Promise<readonly ApiPull[]> {
  const found: ApiPull[] = []
  let after: unknown = null
  for (let page = 0; page < MOST_PAGES && found.length < limit; page += 1) {
    const variables = { head: branch, first: Math.max(1, Math.min(20, limit)), after }
    const list: Node | undefined = (await ask(reading, 'PullsOf', PULLS_OF, variables))?.nodeOr('ofHead')
    // A fork's branch of the same name is not this branch.
    for (const node of (list?.listOr('nodes') ?? []).filter((one) => !one.flag('isCrossRepository')))
      found.push(await completePull(reading.graphql, reading.repository, node, node.text('state') === 'OPEN'))
    const info = list?.nodeOr('pageInfo')
    if (info?.flag('hasNextPage') !== true) break
    after = info.text('endCursor')
  }
  return found.slice(0, limit)
}

const STATUSES: ReadonlyMap<string, ApiComparison['status']> = new Map(
  (['identical', 'ahead', 'behind', 'diverged'] as const).map((one) => [one, one]),
)

async function compare({ rest }: Reading, base: string, head: string): Promise<ApiComparison | undefined> {
  // Of the commits one is shown; the files are all on the first page.
  const params = { basehead: `${base}...${head}`, per_page: 1, page: 1 }
  const value = await rest.get('/repos/{owner}/{repo}/compare/{basehead}', params)
  if (value === undefined) return undefined
  const node = nodeOf(value)
  const status = STATUSES.get(node.text('status'))
  if (status === undefined)
    throw new KintsugiError('KIN-4008', `GitHub compares with an unknown status: ${node.text('status').slice(0, 50)}`)
  const files = node.listOr('files')
  return {
    status,
    mergeBase: node.node('merge_base_commit').text('sha'),
    files: files.map((one) => {
      const previousPath = one.textOr('previous_filename')
      const gone = one.text('status') === 'removed'
      return {
        path: one.text('filename'),
        oid: gone ? undefined : one.textOr('sha'),
        status: one.text('status'),
        ...(previousPath === undefined ? {} : { previousPath }),
      }
    }),
    complete: files.length < MOST_COMPARED,
  }
}

async function listing({ rest }: Reading, revision: string): Promise<ApiListing | undefined> {
  const params = { tree_sha: revision, recursive: 1 }
  const value = await rest.get('/repos/{owner}/{repo}/git/trees/{tree_sha}', params, { mostBytes: MOST_LISTING_BYTES })
  if (value === undefined) return undefined
  const node = nodeOf(value)
  const leaves = node.list('tree').filter((one) => one.text('type') !== 'tree')
  const entries = leaves.map((one) => {
    const size = one.numberOr('size')
    return {
      path: one.text('path'),
      mode: one.text('mode'),
      oid: one.text('sha'),
      ...(size === undefined ? {} : { size }),
    }
  })
  if (entries.some(({ path }) => path.length > MOST_PATH))
    throw new KintsugiError('KIN-4008', `a path of ${revision} is too long`)
  const complete = !node.flag('truncated')
  // GitHub names the tree by what it was asked for, be it a commit; Git's own id follows from the entries.
  return { tree: complete ? treeOid(entries) : node.text('sha'), entries, complete }
}

async function touching(reading: Reading, path: string, from: string, limit: number) {
  const first = Math.max(1, Math.min(100, limit))
  const object = (await ask(reading, 'Touching', TOUCHING, { from, path, first }))?.nodeOr('object')
  return (object?.nodeOr('history')?.listOr('nodes') ?? []).map((one) => {
    const signature = one.nodeOr('signature')
    const verified = signature?.flag('isValid') === true && signature.flag('wasSignedByGitHub')
    const by = gitActor(one.nodeOr('author'), verified)
    return { revision: one.text('oid'), atMs: one.timeMs('committedDate'), ...(by === undefined ? {} : { by }) }
  })
}

async function issues(reading: Reading, label: string): Promise<readonly ApiIssue[]> {
  const found: ApiIssue[] = []
  let after: unknown = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const list: Node | undefined = (
      await ask(reading, 'MoreIssues', MORE.issues, { issueLabels: [label], after })
    )?.nodeOr('issues')
    found.push(...(list?.listOr('nodes') ?? []).map(issueOf))
    const info = list?.nodeOr('pageInfo')
    if (info?.flag('hasNextPage') !== true) return found
    after = info.text('endCursor')
  }
  throw new KintsugiError(
    'KIN-4008',
    `more than ${MOST_PAGES * 100} issues have the label ${JSON.stringify(label)}: close or unlabel old ones`,
  )
}

/** `role_name` may be one that an organisation made; then `permission` says which of GitHub's own it comes to. */
async function role({ rest }: Reading, login: string): Promise<Role> {
  const value = await rest.get(
    '/repos/{owner}/{repo}/collaborators/{username}/permission',
    { username: login },
    { kept: true },
  )
  if (value === undefined) return 'none'
  const node = nodeOf(value)
  return known(node.textOr('role_name')) ?? known(node.textOr('permission')) ?? 'none'
}

function known(name: string | undefined): Role | undefined {
  return ROLES.find((one) => one === name)
}

async function inTeam({ client }: Reading, org: string, team: string, login: string): Promise<boolean | 'unknown'> {
  const route = '/orgs/{org}/teams/{team_slug}/memberships/{username}'
  const params = { org, team_slug: team, username: login }
  try {
    const reply = await client.call({ method: 'GET', route, params, step: 'members', what: route })
    if (reply.status === 404) return false
    if (reply.status !== 200) return 'unknown'
    const value: unknown = JSON.parse(reply.bytes.toString('utf8'))
    return isObject(value) && value['state'] === 'active'
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-4007') return 'unknown'
    throw error
  }
}

const CONCLUSIONS = ['success', 'neutral', 'action_required', 'failure', 'cancelled'] as const

async function ownCheck(
  { rest }: Reading,
  sha: string,
  name: string,
  appId: number,
): Promise<(ApiCheckRun & { readonly id: string }) | undefined> {
  const params = {
    ref: sha,
    check_name: name,
    filter: 'latest',
    per_page: 100,
    ...(appId > 0 ? { app_id: appId } : {}),
  }
  const value = await rest.get('/repos/{owner}/{repo}/commits/{ref}/check-runs', params)
  if (value === undefined) return undefined
  const own = nodeOf(value)
    .list('check_runs')
    .filter((one) => appId === 0 || one.nodeOr('app')?.numberOr('id') === appId)
  const run = own.sort((a, b) => b.number('id') - a.number('id'))[0]
  if (run === undefined) return undefined
  const status = run.text('status')
  const conclusion = CONCLUSIONS.find((one) => one === run.textOr('conclusion'))
  const output = run.nodeOr('output')
  const [text, externalId] = [output?.textOr('text'), run.textOr('external_id')]
  return {
    id: String(run.number('id')),
    sha: run.text('head_sha'),
    name: run.text('name'),
    status: status === 'completed' ? 'completed' : status === 'in_progress' ? 'in_progress' : 'queued',
    ...(conclusion === undefined ? {} : { conclusion }),
    title: output?.textOr('title') ?? '',
    summary: output?.textOr('summary') ?? '',
    ...(text === undefined ? {} : { text }),
    ...(externalId === undefined || externalId === '' ? {} : { externalId }),
  }
}
