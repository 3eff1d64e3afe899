import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'
import type { RepositorySettings } from './world/repositories.ts'

describe('what a merge puts on the base', () => {
  let s: Scene
  let count = 0
  beforeAll(async () => {
    s = await scene()
  })
  afterAll(() => s.close())

  /** Merges a pull request of so many commits by our App, and reads the commit that the base then shows. */
  async function landed(method: string, settings: Partial<RepositorySettings>, commits: number, by = 'kintsugi[bot]') {
    count += 1
    const branch = `b${count}`
    await s.do('setSettings', { repo: s.repo, settings })
    for (let at = 1; at <= commits; at += 1) {
      const files = { [`${branch}-${at}.yaml`]: String(at) }
      await s.do('push', {
        repo: s.repo,
        branch,
        files,
        by: at === 1 ? 'kintsugi[bot]' : by,
        message: `step ${at}\n\nwhy ${at}`,
      })
    }
    const { number } = await s.do('createPull', {
      repo: s.repo,
      by: 'kintsugi[bot]',
      head: branch,
      title: 'the title',
      body: 'the body',
    })
    const merged = await s.ask('PUT', `/repos/acme/shop/pulls/${number}/merge`, s.token, { merge_method: method })
    expect(merged.status).toBe(200)
    const { sha } = merged.body as { sha: string }
    const { body } = await s.ask('GET', `/repos/acme/shop/git/commits/${sha}`, s.token)
    const commit = body as {
      message: string
      parents: unknown[]
      verification: { verified: boolean }
      author: { name: string }
    }
    const { message, parents, verification, author } = commit
    return { number, message, parents: parents.length, verified: verification.verified, author: author.name }
  }

  const SQUASH: readonly [Partial<RepositorySettings>, number, string][] = [
    [
      { squash_merge_commit_title: 'PR_TITLE', squash_merge_commit_message: 'PR_BODY' },
      1,
      'the title (#N)\n\nthe body',
    ],
    [{ squash_merge_commit_title: 'PR_TITLE', squash_merge_commit_message: 'BLANK' }, 2, 'the title (#N)'],
    [
      { squash_merge_commit_title: 'COMMIT_OR_PR_TITLE', squash_merge_commit_message: 'COMMIT_MESSAGES' },
      1,
      'step 1 (#N)\n\nwhy 1',
    ],
    [
      { squash_merge_commit_title: 'COMMIT_OR_PR_TITLE', squash_merge_commit_message: 'COMMIT_MESSAGES' },
      2,
      'the title (#N)\n\n* step 1\n\nwhy 1\n\n* step 2\n\nwhy 2',
    ],
  ]
  it.each(SQUASH)('squash with %j of %i commits', async (settings, commits, message) => {
    const commit = await landed('squash', settings, commits)
    expect(commit).toEqual({
      number: commit.number,
      message: message.replace('N', String(commit.number)),
      parents: 1,
      verified: true,
      author: 'kintsugi[bot]',
    })
  })

  it('names others who wrote commits of a squash', async () => {
    const commit = await landed('squash', { squash_merge_commit_message: 'BLANK' }, 2, 'ann')
    expect(commit.message).toMatch(/\(#\d+\)\n\nCo-authored-by: ann <\d+\+ann@users\.noreply\.github\.com>$/)
  })

  it('merge: two parents, signed, named after the branch', async () => {
    const commit = await landed('merge', {}, 1)
    expect(commit).toMatchObject({ parents: 2, verified: true })
    expect(commit.message).toBe(`Merge pull request #${commit.number} from acme/b${count}\n\nthe title`)
  })

  it('rebase: copies with their messages, unsigned', async () => {
    await s.do('push', { repo: s.repo, branch: 'main', files: { 'else.yaml': '1' }, by: 'ann' })
    const commit = await landed('rebase', {}, 2)
    expect(commit).toMatchObject({ parents: 1, verified: false, message: 'step 2\n\nwhy 2' })
  })

  it('deletes the branch where the repository says so, and then there is nothing to reopen', async () => {
    const { number } = await landed('squash', { delete_branch_on_merge: true }, 1)
    expect((await s.do('state', { repo: s.repo })).branches[`b${count}`]).toBeUndefined()
    await expect(s.do('reopenPull', { repo: s.repo, number, by: 'ann' })).rejects.toThrow('cannot be reopened')
  })

  it('closes a pull request whose branch is deleted, and marks one merged whose commits reach the base by a push', async () => {
    await s.do('push', { repo: s.repo, branch: 'gone', files: { 'g.yaml': '1' }, by: 'ann', from: 'main' })
    const gone = await s.do('createPull', { repo: s.repo, by: 'ann', head: 'gone' })
    await s.do('deleteBranch', { repo: s.repo, branch: 'gone', by: 'ann' })
    const { oid } = await s.do('push', {
      repo: s.repo,
      branch: 'direct',
      files: { 'd.yaml': '1' },
      by: 'ann',
      from: 'main',
    })
    const direct = await s.do('createPull', { repo: s.repo, by: 'ann', head: 'direct' })
    await s.do('push', { repo: s.repo, branch: 'main', files: { 'e.yaml': '1' }, by: 'bob', from: oid })
    const pulls = new Map((await s.do('state', { repo: s.repo })).pulls.map((pull) => [pull.number, pull]))
    expect(pulls.get(gone.number)).toMatchObject({ state: 'closed', merged: null, closedBy: 'ann' })
    expect(pulls.get(direct.number)).toMatchObject({ state: 'closed', merged: { by: 'bob' } })
  })
})
