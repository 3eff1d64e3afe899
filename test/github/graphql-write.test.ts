import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'

const W = `mutation W($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
  createRef(input: $ref) { ref { name target { oid } } }
  createCommitOnBranch(input: $commit) {
    commit {
      oid message parents(first: 2) { nodes { oid } }
      author { name email user { login } }
      committer { user { login } }
      signature { isValid wasSignedByGitHub }
    }
  }
  createPullRequest(input: $pull) { pullRequest { id number url state headRefOid mergeable author { __typename login } files(first: 5) { nodes { path changeType } } } }
}`

const contents = (text: string): string => Buffer.from(text).toString('base64')

function variables(id: string, base: string, branch = 'kintsugi/a') {
  return {
    ref: { repositoryId: id, name: `refs/heads/${branch}`, oid: base },
    commit: {
      branch: { repositoryNameWithOwner: 'acme/shop', branchName: branch },
      expectedHeadOid: base,
      message: { headline: 'raise memory', body: 'Kintsugi: yes' },
      fileChanges: { additions: [{ path: 'values.yaml', contents: contents('memory: 64Mi\n') }] },
    },
    pull: { repositoryId: id, baseRefName: 'main', headRefName: branch, title: 'raise', body: 'why' },
  }
}

describe('opening a pull request in one document', () => {
  let s: Scene
  let id: string
  beforeAll(async () => {
    s = await scene()
    const { data } = await s.graphql('{ repository(owner: "acme", name: "shop") { id } }')
    id = (data as { repository: { id: string } }).repository.id
  })
  afterAll(() => s.close())

  it('makes branch, Verified commit of the App, and pull request', async () => {
    const reply = await s.graphql(W, variables(id, s.first))
    expect(reply.errors).toBeUndefined()
    expect(reply.data).toMatchObject({
      createRef: { ref: { name: 'kintsugi/a', target: { oid: s.first } } },
      createCommitOnBranch: {
        commit: {
          message: 'raise memory\n\nKintsugi: yes',
          parents: { nodes: [{ oid: s.first }] },
          author: { name: 'kintsugi[bot]', user: { login: 'kintsugi[bot]' } },
          committer: { user: { login: 'web-flow' } },
          signature: { isValid: true, wasSignedByGitHub: true },
        },
      },
      createPullRequest: {
        pullRequest: {
          number: 1,
          state: 'OPEN',
          mergeable: 'UNKNOWN',
          author: { __typename: 'Bot', login: 'kintsugi' },
          files: { nodes: [{ path: 'values.yaml', changeType: 'MODIFIED' }] },
        },
      },
    })
  })

  it('refuses each part of the same document sent again, and makes nothing new', async () => {
    const before = await s.do('state', { repo: s.repo })
    const reply = await s.graphql(W, variables(id, s.first))
    expect(reply.data).toEqual({ createRef: null, createCommitOnBranch: null, createPullRequest: null })
    expect(reply.errors?.map(({ type, path, message }) => ({ type, path, message }))).toEqual([
      {
        type: 'UNPROCESSABLE',
        path: ['createRef'],
        message: 'A ref named "refs/heads/kintsugi/a" already exists in the repository.',
      },
      {
        type: 'STALE_DATA',
        path: ['createCommitOnBranch'],
        message: `Expected branch to point to "${s.first}" but it did not.  Pull and try again.`,
      },
      {
        type: 'UNPROCESSABLE',
        path: ['createPullRequest'],
        message: 'A pull request already exists for acme:kintsugi/a.',
      },
    ])
    expect(await s.do('state', { repo: s.repo })).toEqual(before)
  })

  it('leaves an orphan branch where the commit is refused: the part after it still runs', async () => {
    const stale = variables(id, s.first, 'kintsugi/b')
    await s.do('push', { repo: s.repo, branch: 'main', files: { 'x.yaml': 'x' }, by: 'ann' })
    const reply = await s.graphql(W, { ...stale, commit: { ...stale.commit, expectedHeadOid: '0'.repeat(40) } })
    expect(reply.errors?.map((error) => error.message)).toEqual([
      expect.stringContaining('Expected branch to point to'),
      'No commits between main and kintsugi/b',
    ])
    expect((await s.do('state', { repo: s.repo })).branches['kintsugi/b']?.oid).toBe(s.first)
  })

  it('refuses workflow files without the permission for them, and deletions of what is not there', async () => {
    const at = variables(id, s.first, 'kintsugi/b').commit
    const workflow = { additions: [{ path: '.github/workflows/x.yml', contents: contents('x') }] }
    const C =
      'mutation C($commit: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $commit) { commit { oid } } }'
    const one = await s.graphql(C, { commit: { ...at, fileChanges: workflow } })
    expect(one.errors?.[0]).toMatchObject({
      type: 'FORBIDDEN',
      message: expect.stringContaining('`workflows` permission'),
    })
    const two = await s.graphql(C, { commit: { ...at, fileChanges: { deletions: [{ path: 'none.yaml' }] } } })
    expect(two.errors?.[0]?.message).toContain('A path was requested for deletion which does not exist')
  })

  it('moves several refs at once or none', async () => {
    const U = 'mutation U($refs: UpdateRefsInput!) { updateRefs(input: $refs) { clientMutationId } }'
    const main = (await s.do('state', { repo: s.repo })).branches['main']?.oid ?? ''
    const zero = '0'.repeat(40)
    const good = { name: 'refs/heads/kintsugi/c', beforeOid: zero, afterOid: main }
    const bad = { name: 'refs/heads/kintsugi/b', beforeOid: main, afterOid: zero }
    const refused = await s.graphql(U, { refs: { repositoryId: id, refUpdates: [good, bad] } })
    expect(refused.errors).toHaveLength(1)
    expect((await s.do('state', { repo: s.repo })).branches['kintsugi/c']).toBeUndefined()
    const right = { ...bad, beforeOid: s.first }
    const done = await s.graphql(U, { refs: { repositoryId: id, refUpdates: [good, right] } })
    expect(done.errors).toBeUndefined()
    const { branches } = await s.do('state', { repo: s.repo })
    expect([branches['kintsugi/c']?.oid, branches['kintsugi/b']]).toEqual([main, undefined])
  })

  it('fails loudly for a field that it does not know', async () => {
    const query = '{ repository(owner: "acme", name: "shop") { forkCount } }'
    const reply = await s.ask('POST', '/graphql', s.token, { query })
    expect(reply.status).toBe(501)
    expect(reply.body).toMatchObject({ message: expect.stringContaining('Repository.forkCount') })
    expect(s.standIn.violations.take()).toHaveLength(1)
  })

  it('does not show a private repository to an App that is not on it', async () => {
    await s.do('createRepository', { owner: 'acme', name: 'secret' })
    const reply = await s.graphql('{ repository(owner: "acme", name: "secret") { id } }')
    expect(reply.errors?.[0]).toMatchObject({
      type: 'NOT_FOUND',
      message: "Could not resolve to a Repository with the name 'acme/secret'.",
    })
  })

  it('forbids what the installation was not granted', async () => {
    await s.do('changeInstallation', { installationId: s.installationId, permissions: { contents: 'read' } })
    const reply = await s.graphql(W, variables(id, s.first, 'kintsugi/d'))
    expect(reply.errors?.map(({ type, message }) => `${type} ${message}`)).toEqual(
      Array(3).fill('FORBIDDEN Resource not accessible by integration'),
    )
  })
})
