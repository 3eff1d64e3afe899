import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, scene } from './scene.ts'
import type { Rule } from './world/rules.ts'

const ARM = `mutation M($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { pullRequest { autoMergeRequest { mergeMethod enabledBy { login } } } }
}`
const QUEUE =
  'mutation M($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { mergeQueueEntry { position state } } }'
const PULL = `query P($number: Int!) {
  repository(owner: "acme", name: "shop") {
    pullRequest(number: $number) {
      id headRefOid state isInMergeQueue mergedBy { login } autoMergeRequest { enabledAt }
      mergeQueueEntry { headCommit { oid } }
      timelineItems(last: 3, itemTypes: [AUTO_MERGE_ENABLED_EVENT, AUTO_MERGE_DISABLED_EVENT, CLOSED_EVENT]) {
        nodes { __typename ... on ClosedEvent { actor { login } } ... on AutoMergeDisabledEvent { actor { login } } }
      }
    }
  }
}`

const TRACE = `query P($number: Int!) {
  repository(owner: "acme", name: "shop") {
    pullRequest(number: $number) {
      timelineItems(last: 5, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
        nodes {
          __typename
          ... on AddedToMergeQueueEvent { actor { login } }
          ... on RemovedFromMergeQueueEvent { actor { login } }
        }
      }
    }
  }
}`

type PullView = {
  readonly id: string
  readonly headRefOid: string
  readonly state: string
  readonly isInMergeQueue: boolean
  readonly mergedBy: { readonly login: string } | null
  readonly autoMergeRequest: object | null
  readonly mergeQueueEntry: { readonly headCommit: { readonly oid: string } | null } | null
  readonly timelineItems: { readonly nodes: readonly object[] }
}

describe('merges that wait', () => {
  let s: Scene
  let ci: number
  let count = 0
  beforeAll(async () => {
    s = await scene({ settings: { allow_auto_merge: true } })
    ci = (await s.do('createApp', { name: 'ci', owner: 'acme', permissions: { checks: 'write' }, events: [] })).appId
  })
  afterAll(() => s.close())

  const rules = (list: readonly Rule[]) => s.do('setRules', { repo: s.repo, pattern: 'main', rules: list })
  const required = (): Rule => ({
    type: 'required_status_checks',
    parameters: {
      required_status_checks: [{ context: 'test', integration_id: ci }],
      strict_required_status_checks_policy: false,
    },
  })
  const view = async (number: number): Promise<PullView> =>
    ((await s.graphql(PULL, { number })).data as { repository: { pullRequest: PullView } }).repository.pullRequest
  const open = async () => {
    count += 1
    const head = `kintsugi/${count}`
    await s.do('push', { repo: s.repo, branch: head, files: { [`f${count}`]: '1' }, by: 'kintsugi[bot]', from: 'main' })
    const { number } = await s.do('createPull', { repo: s.repo, by: 'kintsugi[bot]', head })
    return { number, ...(await view(number)) }
  }
  const arm = async (pull: { id: string; headRefOid: string }) => {
    const input = { pullRequestId: pull.id, expectedHeadOid: pull.headRefOid, mergeMethod: 'SQUASH' }
    return (await s.graphql(ARM, { input })).errors?.[0]?.message
  }
  const pass = (sha: string, conclusion: 'success' | 'failure' = 'success') =>
    s.do('reportCheck', { repo: s.repo, sha, name: 'test', appId: ci, conclusion })

  it('auto-merge is refused without rules, in clean status, and where the repository does not allow it', async () => {
    await rules([])
    const pull = await open()
    expect(await arm(pull)).toBe('Pull request Protected branch rules not configured for this branch')
    await rules([required()])
    await pass(pull.headRefOid)
    expect(await arm(pull)).toBe('Pull request Pull request is in clean status')
    await s.do('reportCheck', { repo: s.repo, sha: pull.headRefOid, name: 'lint', state: 'failure', by: 'ann' })
    expect(await arm(pull)).toBe('Pull request Pull request is in unstable status')
    await s.do('setSettings', { repo: s.repo, settings: { allow_auto_merge: false } })
    expect(await arm(pull)).toBe('Pull request Auto merge is not allowed for this repository')
    await s.do('setSettings', { repo: s.repo, settings: { allow_auto_merge: true } })
  })

  it('auto-merge fires when the last requirement is met, not before', async () => {
    const pull = await open()
    expect(await arm(pull)).toBeUndefined()
    await s.settle()
    expect((await view(pull.number)).state).toBe('OPEN')
    await pass(pull.headRefOid, 'failure')
    await s.settle()
    expect((await view(pull.number)).state).toBe('OPEN')
    await pass(pull.headRefOid)
    await s.settle()
    expect(await view(pull.number)).toMatchObject({ state: 'MERGED', mergedBy: { login: 'kintsugi' } })
  })

  it('a person disarms, and that is seen', async () => {
    const pull = await open()
    await arm(pull)
    await s.do('disarm', { repo: s.repo, number: pull.number, by: 'ann' })
    expect(await view(pull.number)).toMatchObject({
      autoMergeRequest: null,
      timelineItems: {
        nodes: [
          { __typename: 'AutoMergeEnabledEvent' },
          { __typename: 'AutoMergeDisabledEvent', actor: { login: 'ann' } },
        ],
      },
    })
    await pass(pull.headRefOid)
    await s.settle()
    expect((await view(pull.number)).state).toBe('OPEN')
  })

  describe('in the queue', () => {
    const parameters = {
      check_response_timeout_minutes: 5,
      grouping_strategy: 'ALLGREEN',
      max_entries_to_build: 5,
      max_entries_to_merge: 5,
      merge_method: 'SQUASH',
      min_entries_to_merge: 1,
      min_entries_to_merge_wait_minutes: 0,
    } as const
    beforeAll(() => rules([required(), { type: 'merge_queue', parameters }]))

    const enqueue = async (pull: { id: string; headRefOid: string }) => {
      const input = { pullRequestId: pull.id, expectedHeadOid: pull.headRefOid }
      return (await s.graphql(QUEUE, { input })).errors?.[0]?.message
    }
    const built = async (number: number): Promise<string> => {
      await s.settle()
      return (await view(number)).mergeQueueEntry?.headCommit?.oid ?? 'none'
    }

    it('a pull request waits for its own checks first, then for those of its group, and lands as the rule says', async () => {
      const pull = await open()
      expect(await enqueue(pull)).toBe('Required status check "test" is expected.')
      await pass(pull.headRefOid)
      expect(await enqueue({ ...pull, headRefOid: '0'.repeat(40) })).toContain('Head branch was modified')
      expect(await enqueue(pull)).toBeUndefined()
      const group = await built(pull.number)
      const { branches } = await s.do('state', { repo: s.repo })
      const name = Object.keys(branches).find((branch) => branch.startsWith('gh-readonly-queue/main/pr-'))
      expect(branches[name ?? '']?.oid).toBe(group)
      expect((await view(pull.number)).state).toBe('OPEN')
      await pass(group)
      await s.settle()
      expect((await view(pull.number)).state).toBe('MERGED')
      const after = (await s.do('state', { repo: s.repo })).branches
      expect(after['main']?.oid).toBe(group)
      expect(Object.keys(after).filter((branch) => branch.startsWith('gh-readonly-queue'))).toEqual([])
    })

    it('red checks of the group, and a push to the head, take it out', async () => {
      const red = await open()
      await pass(red.headRefOid)
      await enqueue(red)
      await pass(await built(red.number), 'failure')
      await s.settle()
      expect(await view(red.number)).toMatchObject({ state: 'OPEN', isInMergeQueue: false })
      const pushed = await open()
      await pass(pushed.headRefOid)
      await enqueue(pushed)
      await s.do('push', { repo: s.repo, branch: `kintsugi/${count}`, files: { late: '1' }, by: 'ann' })
      expect(await view(pushed.number)).toMatchObject({ isInMergeQueue: false })
      const names = Object.keys((await s.do('state', { repo: s.repo })).branches)
      expect(names.filter((name) => name.startsWith('gh-readonly-queue'))).toEqual([])
    })

    it('the timeline says who put it in, and who or what took it out', async () => {
      const trace = async (number: number): Promise<unknown> =>
        (await s.graphql(TRACE, { number })).data?.['repository']
      const out = 'mutation M($id: ID!) { dequeuePullRequest(input: { id: $id }) { clientMutationId } }'
      const pull = await open()
      await pass(pull.headRefOid)
      await enqueue(pull)
      await s.graphql(out, { id: pull.id })
      const bot = { login: 'kintsugi' }
      const first = [
        { __typename: 'AddedToMergeQueueEvent', actor: bot },
        { __typename: 'RemovedFromMergeQueueEvent', actor: bot },
      ]
      expect(await trace(pull.number)).toEqual({ pullRequest: { timelineItems: { nodes: first } } })
      await enqueue(pull)
      await pass(await built(pull.number), 'failure')
      await s.settle()
      const then = [first[0], { __typename: 'RemovedFromMergeQueueEvent', actor: null }]
      expect(await trace(pull.number)).toEqual({ pullRequest: { timelineItems: { nodes: [...first, ...then] } } })
    })

    it('a group that nobody reports on is given up after the time of the rule', async () => {
      const pull = await open()
      await pass(pull.headRefOid)
      await enqueue(pull)
      await s.settle()
      s.world.clock.advance(6 * 60_000)
      await s.do('reportCheck', { repo: s.repo, sha: s.first, name: 'any', appId: ci, conclusion: 'success' })
      await s.settle()
      expect(await view(pull.number)).toMatchObject({ state: 'OPEN', isInMergeQueue: false })
    })
  })
})
