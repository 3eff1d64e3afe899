import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'
import type { ControlInput } from './world/control-routes.ts'
import type { PullRequestRule, Rule } from './world/rules.ts'

const PULL: PullRequestRule = {
  required_approving_review_count: 0,
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_review_thread_resolution: false,
}
const pullRule = (change: Partial<PullRequestRule>): Rule => ({
  type: 'pull_request',
  parameters: { ...PULL, ...change },
})

describe('what stands in the way of a merge, in GitHub’s words', () => {
  let s: Scene
  let ci: number
  let other: number
  let count = 0
  let branch = ''
  let number = 0
  let head = ''

  beforeAll(async () => {
    s = await scene({ roles: { ann: 'write', bob: 'write', eve: 'read', adam: 'admin' } })
    const app = (name: string) =>
      s.do('createApp', { name, owner: 'acme', permissions: { checks: 'write' }, events: [] })
    ci = (await app('ci')).appId
    other = (await app('forger')).appId
  })
  afterAll(() => s.close())

  /** A fresh pull request of our App into `main`, without rules. */
  beforeEach(async () => {
    count += 1
    branch = `kintsugi/${count}`
    await rules([])
    await rules([], true)
    const { oid } = await s.do('push', {
      repo: s.repo,
      branch,
      files: { [`f${count}.yaml`]: 'x' },
      by: 'kintsugi[bot]',
      from: 'main',
    })
    head = oid
    number = (await s.do('createPull', { repo: s.repo, by: 'kintsugi[bot]', head: branch })).number
  })

  const rules = (list: readonly Rule[], classic = false, more: Partial<ControlInput<'setRules'>> = {}) =>
    s.do('setRules', { repo: s.repo, pattern: 'main', rules: list, classic, ...more })
  const merge = async (body: object = {}) => {
    const reply = await s.ask('PUT', `/repos/acme/shop/pulls/${number}/merge`, s.token, {
      merge_method: 'squash',
      ...body,
    })
    return [reply.status, (reply.body as { message: string }).message]
  }
  const approve = (by: string) => s.do('review', { repo: s.repo, number, by, state: 'APPROVED' })
  const report = (appId: number, conclusion?: 'success' | 'failure' | 'neutral' | 'skipped', sha = head) =>
    s.do('reportCheck', { repo: s.repo, sha, name: 'test', appId, ...(conclusion ? { conclusion } : {}) })
  const state = async () => {
    await s.settle()
    const query = `{ repository(owner: "acme", name: "shop") { pullRequest(number: ${number}) { mergeable mergeStateStatus reviewDecision } } }`
    const ask = async () => {
      const { data } = await s.graphql(query)
      return (data as { repository: { pullRequest: Record<string, string> } }).repository.pullRequest
    }
    if ((await ask())['mergeable'] === 'UNKNOWN') await s.settle()
    return ask()
  }
  const required = (strict: boolean): Rule => ({
    type: 'required_status_checks',
    parameters: {
      required_status_checks: [{ context: 'test', integration_id: ci }],
      strict_required_status_checks_policy: strict,
    },
  })

  it('merges without rules', async () => {
    expect(await merge({ sha: head })).toEqual([200, 'Pull Request successfully merged'])
  })

  it('a check that is expected, in progress, failing; neutral counts; only its App is believed', async () => {
    await rules([required(false)], true)
    const expected = 'Required status check "test" is expected.'
    expect(await merge()).toEqual([405, expected])
    await report(other, 'success')
    await s.do('reportCheck', { repo: s.repo, sha: head, name: 'test', state: 'success', by: 'eve' })
    expect(await merge()).toEqual([405, expected])
    expect((await state())['mergeStateStatus']).toBe('BLOCKED')
    await report(ci)
    expect(await merge()).toEqual([405, 'Required status check "test" is in progress.'])
    await report(ci, 'failure')
    expect(await merge()).toEqual([405, 'Required status check "test" is failing.'])
    await report(ci, 'neutral')
    expect((await state())['mergeStateStatus']).toBe('CLEAN')
    expect((await merge())[0]).toBe(200)
  })

  it('a ruleset says the same below its own heading', async () => {
    await rules([required(false), pullRule({ required_approving_review_count: 1 })])
    expect(await merge()).toEqual([
      405,
      'Repository rule violations found\n\nRequired status check "test" is expected.\n\nAt least 1 approving review is required by reviewers with write access.\n\n',
    ])
  })

  it('a head that is behind, where the checks are strict: every check is expected, whatever it said', async () => {
    await rules([required(true)], true)
    await report(ci, 'success')
    await s.do('push', {
      repo: s.repo,
      branch: 'main',
      files: { 'moved.yaml': String(count) },
      by: 'adam',
      bypass: true,
    })
    expect(await merge()).toEqual([405, 'Required status check "test" is expected.'])
    expect((await state())['mergeStateStatus']).toBe('BEHIND')
  })

  it('reviews: of writers alone, not of readers, dismissed by a push where that is the rule', async () => {
    const missing = 'At least 1 approving review is required by reviewers with write access.'
    await rules([pullRule({ required_approving_review_count: 1, dismiss_stale_reviews_on_push: true })], true)
    await approve('eve')
    expect(await merge()).toEqual([405, missing])
    await approve('ann')
    expect(await state()).toMatchObject({ mergeStateStatus: 'CLEAN', reviewDecision: 'APPROVED' })
    await s.do('push', { repo: s.repo, branch, files: { 'late.yaml': 'y' }, by: 'bob' })
    expect(await merge()).toEqual([405, missing])
    await s.do('review', { repo: s.repo, number, by: 'bob', state: 'CHANGES_REQUESTED' })
    await approve('ann')
    expect(await merge()).toEqual([405, missing])
    expect((await state())['reviewDecision']).toBe('CHANGES_REQUESTED')
  })

  it('the last pusher does not approve the last push', async () => {
    await rules([pullRule({ required_approving_review_count: 1, require_last_push_approval: true })], true)
    await s.do('push', { repo: s.repo, branch, files: { 'late.yaml': 'z' }, by: 'bob' })
    await approve('bob')
    expect(await merge()).toEqual([405, 'New changes require approval from someone other than the last pusher.'])
    await approve('ann')
    expect((await merge())[0]).toBe(200)
  })

  it('code owners of the base: a person or a team, never an App', async () => {
    await s.do('createTeam', {
      organisation: 'acme',
      slug: 'platform',
      members: ['pat'],
      roles: { 'acme/shop': 'write' },
    })
    const owners = { '.github/CODEOWNERS': `*.yaml @kintsugi[bot]\n/f${count}.yaml @acme/platform\n` }
    await s.do('push', { repo: s.repo, branch: 'main', files: owners, by: 'adam' })
    await rules([pullRule({ required_approving_review_count: 1, require_code_owner_review: true })], true)
    await approve('ann')
    expect(await merge()).toEqual([405, 'Waiting on code owner review from acme/platform.'])
    await approve('pat')
    expect((await merge())[0]).toBe(200)
    await s.do('push', {
      repo: s.repo,
      branch: 'main',
      files: { '.github/CODEOWNERS': null },
      by: 'adam',
      bypass: true,
    })
  })

  it('open conversations', async () => {
    await rules([pullRule({ required_review_thread_resolution: true })], true)
    const { id } = await s.do('openConversation', { repo: s.repo, number, by: 'ann', path: 'values.yaml' })
    expect(await merge()).toEqual([405, 'All comments must be resolved.'])
    await s.do('resolveConversation', { repo: s.repo, number, by: 'ann', id })
    expect((await merge())[0]).toBe(200)
  })

  it('signatures: a rebase is never signed, a merge brings unsigned commits along, a squash is signed', async () => {
    await rules([{ type: 'required_signatures' }], true)
    expect(await merge({ merge_method: 'rebase' })).toEqual([
      405,
      'Base branch requires signed commits. Rebase merges cannot be automatically signed by GitHub.',
    ])
    expect(await merge({ merge_method: 'merge' })).toEqual([405, 'Commits must have verified signatures.'])
    expect((await merge())[0]).toBe(200)
  })

  it('linear history, methods of the rule and of the repository', async () => {
    await rules([{ type: 'required_linear_history' }], true)
    expect(await merge({ merge_method: 'merge' })).toEqual([405, 'This branch must not contain merge commits.'])
    await rules([pullRule({ allowed_merge_methods: ['rebase'] })], true)
    expect(await merge()).toEqual([405, 'Squash merges are not allowed on this repository.'])
    await rules([], true)
    await s.do('setSettings', { repo: s.repo, settings: { allow_squash_merge: false, allow_merge_commit: false } })
    expect(await merge()).toEqual([405, 'Squash merges are not allowed on this repository.'])
    expect(await merge({ merge_method: 'merge' })).toEqual([405, 'Merge commits are not allowed on this repository.'])
    await s.do('setSettings', { repo: s.repo, settings: { allow_squash_merge: true, allow_merge_commit: true } })
  })

  it('messages by a pattern, judged on what would land', async () => {
    const pattern = {
      type: 'commit_message_pattern',
      parameters: { operator: 'starts_with', pattern: 'fix:' },
    } as const
    await rules([pattern])
    expect(await merge()).toEqual([405, expect.stringContaining('Repository rule violations found\n\nCommit message')])
    expect((await merge({ commit_title: 'fix: it' }))[0]).toBe(200)
  })

  it('drafts, conflicts, ended ones, archives', async () => {
    await s.do('setDraft', { repo: s.repo, number, by: 'ann', draft: true })
    expect(await merge()).toEqual([405, 'Pull Request is still a draft'])
    await s.do('setDraft', { repo: s.repo, number, by: 'ann', draft: false })
    await s.do('push', { repo: s.repo, branch: 'main', files: { [`f${count}.yaml`]: 'other' }, by: 'adam' })
    expect(await merge()).toEqual([405, 'Pull Request is not mergeable'])
    expect(await state()).toMatchObject({ mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' })
    await s.do('closePull', { repo: s.repo, number, by: 'ann' })
    expect(await merge()).toEqual([405, 'Pull Request is not mergeable'])
    await s.do('setSettings', { repo: s.repo, archived: true })
    expect(await merge()).toEqual([403, 'Repository was archived so is read-only.'])
    await s.do('setSettings', { repo: s.repo, archived: false })
  })

  it('a foreign commit and a move of the base inside the merge itself', async () => {
    await s.do('setGap', {
      gap: 'before-merge',
      push: { repo: s.repo, branch, files: { 'foreign.yaml': '1' }, by: 'bob' },
    })
    expect(await merge({ sha: head })).toEqual([409, 'Head branch was modified. Review and try the merge again.'])
    const push = { repo: s.repo, branch: 'main', files: { 'base.yaml': String(count) }, by: 'adam' }
    await s.do('setGap', { gap: 'before-base-moves', push })
    expect(await merge()).toEqual([405, 'Base branch was modified. Review and try the merge again.'])
    expect((await merge())[0]).toBe(200)
  })

  it('who may bypass goes past; what GitHub says of the state does not change for it', async () => {
    await rules([pullRule({ required_approving_review_count: 2 })], false, {
      bypass: [{ type: 'Integration', appId: s.appId }],
    })
    expect((await state())['mergeStateStatus']).toBe('BLOCKED')
    expect((await merge())[0]).toBe(200)
  })

  it('only through the queue', async () => {
    const parameters = {
      check_response_timeout_minutes: 5,
      grouping_strategy: 'ALLGREEN',
      max_entries_to_build: 5,
      max_entries_to_merge: 5,
      merge_method: 'SQUASH',
      min_entries_to_merge: 1,
      min_entries_to_merge_wait_minutes: 0,
    } as const
    await rules([{ type: 'merge_queue', parameters }], true)
    expect(await merge()).toEqual([405, 'Changes must be made through the merge queue'])
  })
})
