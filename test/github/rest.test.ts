import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'

type Json = Readonly<Record<string, unknown>>

/** Every answer here was held against GitHub's description: an odd one is a 501 and a violation. */
describe('REST on repositories', () => {
  let s: Scene
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const reply = await s.ask(method, `/repos/acme/shop${path}`, s.token, body, headers)
    return { status: reply.status, headers: reply.headers, body: reply.body as Json, list: reply.body as Json[] }
  }
  beforeAll(async () => {
    s = await scene()
  })
  afterAll(async () => {
    expect(s.standIn.violations.all()).toEqual([])
    await s.close()
  })

  it('shows the repository and what the token reaches', async () => {
    expect((await call('GET', '')).body).toMatchObject({
      full_name: 'acme/shop',
      default_branch: 'main',
      private: true,
    })
    const reached = await s.ask('GET', '/installation/repositories', s.token)
    expect(reached.body).toMatchObject({ total_count: 1, repositories: [{ full_name: 'acme/shop' }] })
  })

  it('makes blob, tree, Verified commit and ref, and refuses the ref a second time', async () => {
    const blob = await call('POST', '/git/blobs', {
      content: Buffer.from('memory: 64Mi\n').toString('base64'),
      encoding: 'base64',
    })
    expect(blob.status).toBe(201)
    const read = await call('GET', `/git/blobs/${blob.body['sha']}`)
    expect(read.body).toMatchObject({ encoding: 'base64', size: 13 })
    const base = await call('GET', `/git/commits/${s.first}`)
    const tree = await call('POST', '/git/trees', {
      base_tree: (base.body['tree'] as Json)['sha'],
      tree: [
        { path: 'values.yaml', mode: '100644', type: 'blob', sha: blob.body['sha'] },
        { path: 'new/run.sh', mode: '100755', type: 'blob', content: 'true\n' },
        { path: 'apps/cart/values.yaml', mode: '100644', type: 'blob', sha: null },
      ],
    })
    expect(tree.status).toBe(201)
    const listed = await call('GET', `/git/trees/${tree.body['sha']}?recursive=1`)
    expect((listed.body['tree'] as Json[]).map((entry) => `${entry['mode']} ${entry['path']}`)).toEqual([
      '040000 new',
      '100755 new/run.sh',
      '100644 values.yaml',
    ])
    const made = await call('POST', '/git/commits', { message: 'by hand', tree: tree.body['sha'], parents: [s.first] })
    expect(made.body).toMatchObject({ verification: { verified: true }, author: { name: 'kintsugi[bot]' } })
    const named = await call('POST', '/git/commits', {
      message: 'by hand',
      tree: tree.body['sha'],
      parents: [s.first],
      author: { name: 'x', email: 'x@example.com' },
    })
    expect(named.body).toMatchObject({ verification: { verified: false, reason: 'unsigned' } })
    const ref = { ref: 'refs/heads/kintsugi/a', sha: made.body['sha'] }
    expect((await call('POST', '/git/refs', ref)).status).toBe(201)
    const again = await call('POST', '/git/refs', ref)
    expect([again.status, again.body['message']]).toEqual([422, 'Reference already exists'])
    expect((await call('GET', '/git/ref/heads/kintsugi/a')).body).toMatchObject({ object: { sha: made.body['sha'] } })
    expect((await call('GET', '/git/matching-refs/heads/kintsugi/')).list).toHaveLength(1)
    const back = await call('PATCH', '/git/refs/heads/kintsugi/a', { sha: s.first })
    expect([back.status, back.body['message']]).toEqual([422, 'Update is not a fast forward'])
  })

  it('reads contents, history, comparison and archive', async () => {
    const raw = await call('GET', '/contents/values.yaml?ref=kintsugi/a', undefined, {
      accept: 'application/vnd.github.raw+json',
    })
    expect(raw.body).toBe('memory: 64Mi\n')
    expect((await call('GET', '/contents/apps')).list.map((entry) => entry['path'])).toEqual(['apps/cart'])
    expect((await call('GET', '/contents/none.yaml')).status).toBe(404)
    const commits = await call('GET', '/commits?sha=kintsugi/a&path=values.yaml&per_page=1')
    expect(commits.list).toHaveLength(1)
    expect(commits.headers.get('link')).toContain('rel="next"')
    expect((await call('GET', '/commits/kintsugi/a')).body).toMatchObject({
      author: { login: 'kintsugi[bot]', type: 'Bot' },
    })
    const compared = await call('GET', '/compare/main...kintsugi/a')
    expect(compared.body).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0 })
    expect((compared.body['files'] as Json[]).map((file) => `${file['status']} ${file['filename']}`)).toEqual([
      'removed apps/cart/values.yaml',
      'added new/run.sh',
      'modified values.yaml',
    ])
    const sent = await call('GET', '/tarball/kintsugi/a')
    expect(sent.status).toBe(302)
    const archive = Buffer.from(await (await fetch(sent.headers.get('location') ?? '')).arrayBuffer())
    expect(gunzipSync(archive).toString()).toMatch(/\0acme-shop-[0-9a-f]{7}\/values\.yaml\0/)
  })

  it('opens a pull request, computes mergeability in the background, and refuses a second one', async () => {
    const wanted = { title: 'raise', body: 'why', head: 'kintsugi/a', base: 'main' }
    const made = await call('POST', '/pulls', wanted)
    expect(made.body).toMatchObject({
      number: 1,
      mergeable: null,
      mergeable_state: 'unknown',
      user: { login: 'kintsugi[bot]' },
    })
    const again = await call('POST', '/pulls', wanted)
    expect(again.body['errors']).toEqual([
      { resource: 'PullRequest', code: 'custom', message: 'A pull request already exists for acme:kintsugi/a.' },
    ])
    expect((await call('POST', '/pulls', { ...wanted, head: 'none' })).body['errors']).toEqual([
      { resource: 'PullRequest', code: 'invalid', field: 'head' },
    ])
    await s.settle()
    expect((await call('GET', '/pulls/1')).body).toMatchObject({
      mergeable: true,
      mergeable_state: 'clean',
      changed_files: 3,
    })
    expect((await call('GET', '/pulls?head=acme:kintsugi/a&state=all')).list).toHaveLength(1)
    expect((await call('GET', '/pulls/1/files')).list).toHaveLength(3)
    expect((await call('GET', '/pulls/1/commits')).list).toHaveLength(1)
    expect((await call('PATCH', '/pulls/1', { title: 'raise memory' })).body).toMatchObject({ title: 'raise memory' })
    expect((await call('GET', '/pulls/1/merge')).status).toBe(404)
  })

  it('asks reviewers, and refuses strangers', async () => {
    expect((await call('POST', '/pulls/1/requested_reviewers', { reviewers: ['ann'] })).status).toBe(201)
    expect((await call('GET', '/pulls/1/requested_reviewers')).body).toMatchObject({ users: [{ login: 'ann' }] })
    await s.do('createUser', { login: 'zoe' })
    expect((await call('POST', '/pulls/1/requested_reviewers', { reviewers: ['zoe'] })).status).toBe(422)
    expect((await call('DELETE', '/pulls/1/requested_reviewers', { reviewers: ['ann'] })).status).toBe(200)
    const own = await call('POST', '/pulls/1/reviews', { event: 'APPROVE' })
    expect([own.status, own.body['message']]).toEqual([422, 'Review Can not approve your own pull request'])
    await s.do('review', { repo: s.repo, number: 1, by: 'ann', state: 'APPROVED' })
    expect((await call('GET', '/pulls/1/reviews')).list).toMatchObject([{ state: 'APPROVED', user: { login: 'ann' } }])
  })

  it('comments, edits, reacts and labels', async () => {
    const comment = await call('POST', '/issues/1/comments', { body: 'hello' })
    expect(comment.status).toBe(201)
    const at = `/issues/comments/${comment.body['id']}`
    expect((await call('PATCH', at, { body: 'hello again' })).body).toMatchObject({ body: 'hello again' })
    expect((await call('POST', `${at}/reactions`, { content: 'eyes' })).status).toBe(201)
    expect((await call('POST', `${at}/reactions`, { content: 'eyes' })).status).toBe(200)
    expect((await call('GET', `${at}/reactions`)).list).toMatchObject([
      { content: 'eyes', user: { login: 'kintsugi[bot]' } },
    ])
    expect((await call('GET', '/issues/1/comments')).list).toHaveLength(1)
    expect((await call('DELETE', at)).status).toBe(204)
    expect((await call('GET', at)).status).toBe(404)
    expect((await call('POST', '/issues/1/labels', { labels: ['kintsugi'] })).list).toMatchObject([
      { name: 'kintsugi' },
    ])
    expect((await call('DELETE', '/issues/1/labels/kintsugi')).list).toEqual([])
    expect((await call('POST', '/labels', { name: 'risk', color: 'ff0000' })).status).toBe(201)
    expect((await call('GET', '/labels/risk')).body).toMatchObject({ color: 'ff0000' })
    expect((await call('GET', '/labels')).list).toHaveLength(2)
  })

  it('keeps issues', async () => {
    const made = await call('POST', '/issues', { title: 'notify', body: 'x', labels: ['kintsugi'] })
    expect(made.body).toMatchObject({ number: 2, state: 'open', labels: [{ name: 'kintsugi' }] })
    const closed = await call('PATCH', '/issues/2', { state: 'closed', state_reason: 'not_planned' })
    expect(closed.body).toMatchObject({ state: 'closed', state_reason: 'not_planned' })
    expect((await call('GET', '/issues?labels=kintsugi&state=all')).list).toHaveLength(1)
    expect((await call('GET', '/issues/1')).body).toMatchObject({ pull_request: {} })
  })

  it('keeps check runs and statuses, and refuses to set a status without the permission', async () => {
    const head = (await call('GET', '/git/ref/heads/kintsugi/a')).body['object'] as Json
    const sha = head['sha'] as string
    const run = await call('POST', '/check-runs', { name: 'kintsugi', head_sha: sha, status: 'in_progress' })
    expect(run.body).toMatchObject({ status: 'in_progress', conclusion: null, app: { slug: 'kintsugi' } })
    const done = await call('PATCH', `/check-runs/${run.body['id']}`, {
      conclusion: 'success',
      output: { title: 'ok', summary: 'fine' },
    })
    expect(done.body).toMatchObject({ status: 'completed', conclusion: 'success', output: { title: 'ok' } })
    expect((await call('GET', `/check-runs/${run.body['id']}`)).status).toBe(200)
    expect((await call('GET', '/commits/kintsugi%2Fa/check-runs')).body).toMatchObject({ total_count: 1 })
    await s.do('reportCheck', { repo: s.repo, sha, name: 'legacy', state: 'failure', by: 'ann' })
    expect((await call('GET', `/commits/${sha}/status`)).body).toMatchObject({ state: 'failure', total_count: 1 })
    expect((await call('GET', `/commits/${sha}/statuses`)).list).toHaveLength(1)
    expect((await call('POST', `/statuses/${sha}`, { state: 'success' })).status).toBe(403)
  })

  it('says roles and rules', async () => {
    const role = async (login: string) => (await call('GET', `/collaborators/${login}/permission`)).body
    expect(await role('ann')).toMatchObject({ permission: 'write', role_name: 'write' })
    expect(await role('tom')).toMatchObject({ permission: 'read', role_name: 'triage' })
    expect(await role('olga')).toMatchObject({ permission: 'admin', role_name: 'admin' })
    await s.do('setRules', { repo: s.repo, pattern: 'main', rules: [{ type: 'required_signatures' }] })
    await s.do('setRules', { repo: s.repo, pattern: 'main', classic: true, rules: [{ type: 'deletion' }] })
    expect((await call('GET', '/rules/branches/main')).list).toMatchObject([{ type: 'required_signatures' }])
  })

  it('refuses team members without the permission for them', async () => {
    await s.do('createTeam', { organisation: 'acme', slug: 'platform', members: ['ann'] })
    expect((await s.ask('GET', '/orgs/acme/teams/platform/memberships/ann', s.token)).status).toBe(403)
  })

  it('merges with the sha that was judged and with no other', async () => {
    const wrong = await call('PUT', '/pulls/1/merge', { sha: s.first, merge_method: 'squash' })
    expect([wrong.status, wrong.body['message']]).toEqual([
      409,
      'Head branch was modified. Review and try the merge again.',
    ])
    const { headOid } = { headOid: ((await call('GET', '/pulls/1')).body['head'] as Json)['sha'] }
    const merged = await call('PUT', '/pulls/1/merge', { sha: headOid, merge_method: 'squash' })
    expect(merged.body).toMatchObject({ merged: true, message: 'Pull Request successfully merged' })
    expect((await call('GET', '/pulls/1')).body).toMatchObject({
      state: 'closed',
      merged: true,
      merged_by: { login: 'kintsugi[bot]' },
    })
    expect((await call('GET', '/pulls/1/merge')).status).toBe(204)
    expect((await call('DELETE', '/git/refs/heads/kintsugi/a')).status).toBe(204)
  })
})
