import { at, type GraphqlReply, graphql, type Target } from './target.ts'

/** What several behaviours begin with. */
export function createRef(target: Target, branch: string, oid = target.base): Promise<GraphqlReply> {
  const query = 'mutation ($input: CreateRefInput!) { createRef(input: $input) { ref { name } } }'
  const input = { repositoryId: target.repositoryId, name: `refs/heads/${branch}`, oid }
  return graphql(target, query, { input })
}

export function commitInput(target: Target, branch: string, expectedHeadOid: string, text: string): object {
  return {
    branch: { repositoryNameWithOwner: `${target.owner}/${target.repository}`, branchName: branch },
    expectedHeadOid,
    message: { headline: `write ${text}` },
    fileChanges: { additions: [{ path: `${branch}.yaml`, contents: Buffer.from(text).toString('base64') }] },
  }
}

export function commit(target: Target, branch: string, expectedHeadOid: string, text: string): Promise<GraphqlReply> {
  const query =
    'mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid signature { isValid wasSignedByGitHub } } } }'
  return graphql(target, query, { input: commitInput(target, branch, expectedHeadOid, text) })
}

export function pullInput(target: Target, branch: string, change: object = {}): object {
  const { repositoryId } = target
  return { repositoryId, baseRefName: 'main', headRefName: branch, title: branch, body: 'text', ...change }
}

export function openPull(target: Target, branch: string, change: object = {}): Promise<GraphqlReply> {
  const query =
    'mutation ($input: CreatePullRequestInput!) { createPullRequest(input: $input) { pullRequest { id number headRefOid mergeable } } }'
  return graphql(target, query, { input: pullInput(target, branch, change) })
}

export type Opened = { readonly id: string; readonly number: number; readonly head: string; readonly mergeable: string }

/** A branch with one commit, and its pull request. */
export async function opened(target: Target, branch: string): Promise<Opened> {
  await createRef(target, branch)
  await commit(target, branch, target.base, 'one')
  const { data, errors } = await openPull(target, branch)
  const pull = at(data, 'createPullRequest', 'pullRequest')
  const number = at(pull, 'number')
  if (typeof number !== 'number') throw new Error(`no pull request: ${JSON.stringify(errors)}`)
  return {
    id: String(at(pull, 'id')),
    number,
    head: String(at(pull, 'headRefOid')),
    mergeable: String(at(pull, 'mergeable')),
  }
}

/** Until GitHub has merged head into base on trial; asking is what makes it begin. */
export async function settledMergeability(target: Target, id: string): Promise<string> {
  const query = 'query ($id: ID!) { node(id: $id) { ... on PullRequest { mergeable } } }'
  for (let tries = 0; tries < 60; tries += 1) {
    const state = at((await graphql(target, query, { id })).data, 'node', 'mergeable')
    if (state !== 'UNKNOWN') return String(state)
    await new Promise((resolve) => setTimeout(resolve, tries < 20 ? 20 : 500))
  }
  return 'UNKNOWN'
}
