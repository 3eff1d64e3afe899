import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as pull from '../../src/adapters/github/http/documents/pull.ts'
import { MORE, repositoryDocument } from '../../src/adapters/github/http/documents/repository.ts'
import { type Scene, scene } from './scene.ts'

/** Every query that the client sends, on a repository with something of everything: no field may be unknown or refused. */
describe('the queries of the client on the stand-in', () => {
  let s: Scene
  let variables: Readonly<Record<string, unknown>>

  beforeAll(async () => {
    s = await scene()
    const { repo } = s
    const by = 'kintsugi[bot]'
    const { oid } = await s.do('push', { repo, branch: 'kintsugi/a', files: { a: '1' }, by })
    const { number } = await s.do('createPull', { repo, by, head: 'kintsugi/a' })
    await s.do('comment', { repo, number, by: 'ann', body: 'hi' })
    await s.do('review', { repo, number, by: 'ann', state: 'APPROVED' })
    await s.do('openConversation', { repo, number, by: 'ann', path: 'a' })
    await s.do('setLabel', { repo, number, by, label: 'kintsugi', on: true })
    await s.do('reportCheck', { repo, sha: oid, name: 'status', state: 'success', by: 'ann' })
    await s.do('reportCheck', { repo, sha: oid, name: 'run', appId: s.appId, conclusion: 'success' })
    await s.do('push', { repo, branch: 'kintsugi/b', files: { b: '1' }, by, from: 'main' })
    const ended = await s.do('createPull', { repo, by, head: 'kintsugi/b' })
    await s.do('closePull', { repo, number: ended.number, by: 'ann' })
    const { number: issue } = await s.do('createIssue', { repo, by, title: 'notify' })
    await s.do('setLabel', { repo, number: issue, by, label: 'kintsugi', on: true })
    await s.do('setRules', {
      repo,
      pattern: 'main',
      rules: [
        { type: 'deletion' },
        { type: 'commit_message_pattern', parameters: { operator: 'contains', pattern: 'x' } },
        { type: 'file_path_restriction', parameters: { restricted_file_paths: ['secret/**'] } },
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [{ context: 'run', integration_id: s.appId }],
            strict_required_status_checks_policy: true,
          },
        },
      ],
    })
    await s.do('setRules', { repo, pattern: 'main', classic: true, rules: [{ type: 'non_fast_forward' }] })
    variables = {
      ...{ owner: 'acme', name: 'shop', base: 'refs/heads/main', branch: 'main', ours: 'refs/heads/kintsugi/' },
      ...{
        head0: 'kintsugi/a',
        label0: 'kintsugi',
        number,
        head: 'kintsugi/a',
        first: 5,
        oid,
        from: 'main',
        path: 'a',
      },
      issueLabels: ['kintsugi'],
    }
  })
  afterAll(() => s.close())

  const answered = async (document: string, given = variables) => {
    const reply = await s.ask('POST', '/graphql', s.token, { query: document, variables: given })
    expect(reply).toMatchObject({ status: 200, body: { data: expect.anything() } })
    expect((reply.body as { errors?: unknown }).errors).toBeUndefined()
    return (reply.body as { data: { repository: Record<string, unknown> } }).data.repository
  }

  it('answers R with what there is', async () => {
    const found = await answered(repositoryDocument({ heads: 1, labels: 1, issues: true }))
    expect(found).toMatchObject({
      base: { rules: { nodes: { length: 4 } }, branchProtectionRule: null, refUpdateRule: {} },
      branches: { nodes: [{ name: 'kintsugi/a' }, { name: 'kintsugi/b' }] },
      ended: { nodes: [{ state: 'CLOSED', timelineItems: { nodes: [{ actor: { login: 'ann' } }] } }] },
      issues: { nodes: [{ title: 'notify' }] },
      label0: { name: 'kintsugi' },
    })
  })

  const texts: Readonly<Record<string, unknown>> = { ...MORE, ...pull }
  const documents = Object.entries(texts).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  )
  it.each(documents)('answers %s', async (_, document) => {
    await answered(document)
  })

  it('answers the pages of a pull request', async () => {
    const found = await answered(pull.PULL_ID)
    const { id } = found['pullRequest'] as { id: string }
    for (const document of Object.values(pull.MORE_OF_PULL)) await answered(document, { id })
  })
})
