import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'
import type { Rule } from './world/rules.ts'

const HEADING = 'Repository rule violations found\n\n'

describe('rules of branches, against an App that writes to them directly', () => {
  let s: Scene
  let count = 0
  let branch = ''
  beforeAll(async () => {
    s = await scene()
  })
  afterAll(() => s.close())
  beforeEach(async () => {
    count += 1
    branch = `guarded/${count}`
  })

  const rest = async (method: string, path: string, body?: object): Promise<string> => {
    const reply = await s.ask(method, `/repos/acme/shop${path}`, s.token, body)
    return reply.status < 300 ? 'done' : (reply.body as { message: string }).message
  }
  const guard = (...rules: readonly Rule[]) => s.do('setRules', { repo: s.repo, pattern: branch, rules })
  const create = () => rest('POST', '/git/refs', { ref: `refs/heads/${branch}`, sha: s.first })
  const remove = () => rest('DELETE', `/git/refs/heads/${branch}`)
  const move = (sha: string, force = false) => rest('PATCH', `/git/refs/heads/${branch}`, { sha, force })
  /** A commit on the branch by GraphQL, Verified. */
  const commit = async (message = 'change', path = 'values.yaml', parent?: string): Promise<string> => {
    const expectedHeadOid = parent ?? (await s.do('state', { repo: s.repo })).branches[branch]?.oid
    const input = {
      branch: { repositoryNameWithOwner: 'acme/shop', branchName: branch },
      expectedHeadOid,
      message: { headline: message },
      fileChanges: { additions: [{ path, contents: Buffer.from(`${count} ${Math.random()}`).toString('base64') }] },
    }
    const query =
      'mutation C($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }'
    const reply = await s.graphql(query, { input })
    return reply.errors?.[0]?.message ?? 'done'
  }
  /** A commit that nobody signed, on the branch's head and on no branch. */
  const unsigned = async (): Promise<string> => {
    const { branches } = await s.do('state', { repo: s.repo })
    const author = { name: 'x', email: 'x@example.com' }
    const tree = branches[branch]?.tree
    const wanted = { message: 'unsigned', tree, parents: [branches[branch]?.oid], author }
    const made = await s.ask('POST', '/repos/acme/shop/git/commits', s.token, wanted)
    return (made.body as { sha: string }).sha
  }

  it('creation', async () => {
    await guard({ type: 'creation' })
    expect(await create()).toBe(`${HEADING}Cannot create ref due to creations being restricted.\n\n`)
  })

  it('deletion', async () => {
    await create()
    await guard({ type: 'deletion' })
    expect(await remove()).toContain('Cannot delete this protected ref.')
    expect(await commit()).toBe('done')
  })

  it('update', async () => {
    await create()
    await guard({ type: 'update' })
    expect(await commit()).toContain('Cannot update this protected ref.')
    expect(await remove()).toBe('done')
  })

  it('no force pushes', async () => {
    await create()
    await commit()
    await guard({ type: 'non_fast_forward' })
    expect(await move(s.first, true)).toContain('Cannot force-push to this branch')
    expect(await commit()).toBe('done')
  })

  it('through a pull request only, or the queue, or with checks', async () => {
    await create()
    const parameters = {
      required_approving_review_count: 0,
      dismiss_stale_reviews_on_push: false,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
    }
    await guard({ type: 'pull_request', parameters })
    expect(await commit()).toBe(`${HEADING}Changes must be made through a pull request.\n\n`)
    const required_status_checks = [{ context: 'test' }]
    await guard({
      type: 'required_status_checks',
      parameters: { required_status_checks, strict_required_status_checks_policy: false },
    })
    expect(await commit()).toContain('Required status check "test" is expected.')
  })

  it('signatures', async () => {
    await create()
    await guard({ type: 'required_signatures' })
    expect(await commit()).toBe('done')
    expect(await move(await unsigned())).toContain('Commits must have verified signatures.')
  })

  it('linear history', async () => {
    await create()
    await commit()
    await guard({ type: 'required_linear_history' })
    const { branches } = await s.do('state', { repo: s.repo })
    const parents = [branches[branch]?.oid, s.first]
    const made = await s.ask('POST', '/repos/acme/shop/git/commits', s.token, {
      message: 'm',
      tree: branches[branch]?.tree,
      parents,
    })
    expect(await move((made.body as { sha: string }).sha)).toContain('This branch must not contain merge commits.')
  })

  it.each([
    [{ operator: 'starts_with', pattern: 'fix: ' }, 'fix: it', 'it'],
    [{ operator: 'regex', pattern: '\\[OPS-[0-9]+\\]' }, 'it [OPS-12]', 'it [OPS-x]'],
    [{ operator: 'contains', pattern: 'WIP', negate: true }, 'it', 'WIP it'],
    [{ operator: 'ends_with', pattern: '.' }, 'it.', 'it'],
  ] as const)('commit messages by %j', async (parameters, good, bad) => {
    await create()
    await guard({ type: 'commit_message_pattern', parameters })
    expect(await commit(bad)).toMatch(/^Repository rule violations found\n\nCommit message/)
    expect(await commit(good)).toBe('done')
  })

  it('names of branches', async () => {
    await guard({ type: 'branch_name_pattern', parameters: { operator: 'starts_with', pattern: 'bot/' } })
    expect(await create()).toMatch(/^Repository rule violations found\n\nBranch name/)
  })

  it('paths', async () => {
    await create()
    await guard({ type: 'file_path_restriction', parameters: { restricted_file_paths: ['secret/**/*'] } })
    expect(await commit('x', 'secret/deep/key.yaml')).toContain('secret/deep/key.yaml')
    expect(await commit('x', 'open/key.yaml')).toBe('done')
  })

  it('does not bind whoever may bypass, and other branches not at all', async () => {
    const rules = [{ type: 'creation' }] as const
    await s.do('setRules', {
      repo: s.repo,
      pattern: 'guarded/**',
      rules,
      bypass: [{ type: 'Integration', appId: s.appId }],
    })
    expect(await create()).toBe('done')
    await expect(s.do('push', { repo: s.repo, branch: 'guarded/x', files: { x: '1' }, by: 'ann' })).rejects.toThrow(
      'restricted',
    )
    await s.do('push', { repo: s.repo, branch: 'free', files: { x: '1' }, by: 'ann' })
    await s.do('setRules', { repo: s.repo, pattern: 'guarded/**', rules: [] })
  })
})
