import { expect } from 'vitest'
import { commit, commitInput, createRef, opened, openPull, pullInput, settledMergeability } from './deeds.ts'
import { at, graphql, rest, type Target } from './target.ts'

export type Behaviour = {
  readonly says: string
  /** Where GitHub or its users say so. */
  readonly source: string
  run(target: Target, branch: string): Promise<void>
}

/** What can be seen over HTTP by a person with a token; each is given a branch name of its own. */
export const BEHAVIOURS: readonly Behaviour[] = [
  {
    says: 'a ref is created once: the second time is refused and moves nothing',
    source: 'SDL CreateRefInput; REST git/create-ref: 422 Reference already exists',
    async run(target, branch) {
      expect(at((await createRef(target, branch)).data, 'createRef', 'ref', 'name')).toBe(branch)
      const again = await createRef(target, branch)
      expect(again.data).toEqual({ createRef: null })
      expect(again.errors[0]?.message).toContain('already exists')
    },
  },
  {
    says: 'a commit is refused where the branch stands elsewhere than expected, with the type STALE_DATA',
    source: 'SDL CreateCommitOnBranchInput.expectedHeadOid',
    async run(target, branch) {
      await createRef(target, branch)
      await commit(target, branch, target.base, 'one')
      const stale = await commit(target, branch, target.base, 'two')
      expect(stale.data).toEqual({ createCommitOnBranch: null })
      expect(stale.errors[0]).toMatchObject({ type: 'STALE_DATA', path: ['createCommitOnBranch'] })
    },
  },
  {
    says: 'a commit by createCommitOnBranch is signed by GitHub',
    source: 'docs.github.com "Signature verification for bots"; SDL createCommitOnBranch',
    async run(target, branch) {
      await createRef(target, branch)
      const made = await commit(target, branch, target.base, 'one')
      const signature = { isValid: true, wasSignedByGitHub: true }
      expect(at(made.data, 'createCommitOnBranch', 'commit', 'signature')).toEqual(signature)
    },
  },
  {
    says: 'root fields of a mutation run in order, and one that fails does not stop the next',
    source: 'GraphQL specification 6.2.2; payloads of the SDL are nullable',
    async run(target, branch) {
      await createRef(target, branch)
      const query = `mutation ($commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
        commit: createCommitOnBranch(input: $commit) { commit { oid } }
        pull: createPullRequest(input: $pull) { pullRequest { number } }
      }`
      const stale = commitInput(target, branch, '0'.repeat(40), 'one')
      const { data, errors } = await graphql(target, query, { commit: stale, pull: pullInput(target, branch) })
      expect(data).toEqual({ commit: null, pull: null })
      expect(errors.map((error) => error.path)).toEqual([['commit'], ['pull']])
      expect(errors[1]?.message).toContain(`No commits between main and ${branch}`)
    },
  },
  {
    says: 'one head and base have one open pull request',
    source: 'github/VisualStudio#453, vsoch/pull-request-action#86: A pull request already exists for owner:branch',
    async run(target, branch) {
      await opened(target, branch)
      const again = await openPull(target, branch)
      expect(again.data).toEqual({ createPullRequest: null })
      expect(again.errors[0]?.message).toContain(`A pull request already exists for ${target.owner}:${branch}`)
    },
  },
  {
    says: 'mergeability is computed in the background: UNKNOWN, then MERGEABLE',
    source: 'SDL MergeableState; docs.github.com "REST API endpoints for pull requests"',
    async run(target, branch) {
      const pull = await opened(target, branch)
      expect(pull.mergeable).toBe('UNKNOWN')
      expect(await settledMergeability(target, pull.id)).toBe('MERGEABLE')
    },
  },
  {
    says: 'auto-merge is refused where the repository does not allow it, or the pull request could be merged at once',
    source: 'peter-evans/enable-pull-request-automerge#343, #355',
    async run(target, branch) {
      const pull = await opened(target, branch)
      await settledMergeability(target, pull.id)
      const query =
        'mutation ($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { clientMutationId } }'
      const armed = await graphql(target, query, { input: { pullRequestId: pull.id } })
      expect(armed.data).toEqual({ enablePullRequestAutoMerge: null })
      expect(armed.errors[0]?.message).toMatch(/Auto merge is not allowed|is in clean status|rules not configured/)
    },
  },
  {
    says: 'a merge that expects another head is refused and merges nothing',
    source: 'SDL MergePullRequestInput.expectedHeadOid; prow tide: Head branch was modified',
    async run(target, branch) {
      const pull = await opened(target, branch)
      await settledMergeability(target, pull.id)
      const query =
        'mutation ($input: MergePullRequestInput!) { mergePullRequest(input: $input) { pullRequest { merged } } }'
      const input = { pullRequestId: pull.id, expectedHeadOid: target.base }
      const refused = await graphql(target, query, { input })
      expect(refused.data).toEqual({ mergePullRequest: null })
      expect(refused.errors[0]?.message).toContain('Head branch was modified')
    },
  },
  {
    says: 'a title has at most 256 characters',
    source: 'error text: title is too long (maximum is 256 characters)',
    async run(target, branch) {
      await createRef(target, branch)
      await commit(target, branch, target.base, 'one')
      const refused = await openPull(target, branch, { title: 't'.repeat(257) })
      expect(refused.errors[0]?.message.toLowerCase()).toContain('is too long (maximum is 256 characters)')
    },
  },
  {
    says: 'a comment has at most 65,536 characters',
    source: 'renovatebot/renovate#2032, dag-andersen/argocd-diff-preview#328',
    async run(target, branch) {
      const { id } = await opened(target, branch)
      const query = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { clientMutationId } }'
      const said = (length: number) => graphql(target, query, { input: { subjectId: id, body: 'x'.repeat(length) } })
      expect((await said(65_536)).errors).toEqual([])
      expect((await said(65_537)).errors[0]?.message.toLowerCase()).toContain('maximum is 65536 characters')
    },
  },
  {
    says: 'a list needs first or last, at most 100, unless it is only counted',
    source: 'docs.github.com "Rate limits and query limits for the GraphQL API"; gh asks for commits { totalCount }',
    async run(target) {
      const ask = async (list: string) => {
        const query = `query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${list} } }`
        return (await graphql(target, query, { owner: target.owner, name: target.repository })).errors[0]
      }
      expect(await ask('pullRequests { totalCount }')).toBeUndefined()
      expect(await ask('pullRequests { nodes { id } }')).toMatchObject({ type: 'MISSING_PAGINATION_BOUNDARIES' })
      expect(await ask('pullRequests(first: 101) { nodes { id } }')).toMatchObject({ type: 'EXCESSIVE_PAGINATION' })
    },
  },
  {
    says: 'what is not there is null with the type NOT_FOUND',
    source: 'SDL Query.repository; error of every client that misspells a name',
    async run(target) {
      const query = 'query ($owner: String!) { repository(owner: $owner, name: "kintsugi-not-there") { id } }'
      const missing = await graphql(target, query, { owner: target.owner })
      expect(missing.data).toEqual({ repository: null })
      expect(missing.errors[0]).toMatchObject({ type: 'NOT_FOUND', path: ['repository'] })
    },
  },
  {
    says: 'a token that GitHub does not know is 401 Bad credentials',
    source: 'docs.github.com "Troubleshooting the REST API"',
    async run(target) {
      const stranger = { ...target, token: 'ghp_0000000000000000000000000000000000000' }
      const refused = await rest(stranger, 'GET', '/rate_limit')
      expect([refused.status, at(refused.body, 'message')]).toEqual([401, 'Bad credentials'])
    },
  },
  {
    says: 'every answer says how much of the limit is left',
    source: 'docs.github.com "Rate limits for the REST API"',
    async run(target) {
      const { headers } = await rest(target, 'GET', '/rate_limit')
      for (const name of ['limit', 'remaining', 'used', 'reset', 'resource'])
        expect(headers.get(`x-ratelimit-${name}`), name).not.toBeNull()
    },
  },
]
