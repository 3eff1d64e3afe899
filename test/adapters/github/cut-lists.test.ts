import { describe, expect, it } from 'vitest'
import type { ApiPull, ApiRepository, GitHubApi } from '../../../src/adapters/github/api.ts'
import { commentOf, pullOf as pullFact } from '../../../src/adapters/github/http/facts.ts'
import { nodeOf } from '../../../src/adapters/github/http/json.ts'
import { githubForge } from '../../../src/adapters/github/index.ts'
import type { Pull } from '../../../src/domain/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { CART_LANE, proposalOn, pullOf } from '../../contracts/forge.ts'
import { modelMirror } from '../../github-model/index.ts'
import { type World, world } from './world.ts'

/** A forge on a GitHub that cuts lists. */
function cut(made: World, repository: readonly string[], pull: readonly string[] = []): Forge {
  const less = (one: ApiPull): ApiPull => (pull.length === 0 ? one : { ...one, incomplete: pull })
  const api: GitHubApi = {
    ...made.api,
    repository: async (query) => {
      const all = await made.api.repository(query)
      if (all === undefined) return undefined
      const ofHeads = new Map([...all.ofHeads].map(([head, of]) => [head, of.map(less)]))
      const shorter: ApiRepository = { ...all, open: all.open.map(less), ended: all.ended.map(less), ofHeads }
      return repository.length === 0 ? shorter : { ...shorter, incomplete: repository }
    },
    pull: async (number) => {
      const one = await made.api.pull(number)
      return one === undefined ? undefined : less(one)
    },
  }
  return githubForge(api, {
    url: 'https://github.example/acme/shop',
    branchPrefix: 'kintsugi',
    clock: { now: () => made.clock.nowMs, sleep: async () => {} },
    mirror: modelMirror(made.repository),
    branchOf: (lane) => branchOf(lane, 'kintsugi'),
    read: readAttempt,
    checkText: () => ({ conclusion: 'neutral', title: 'x', summary: 'x' }),
  })
}

async function opened(): Promise<{ readonly made: World; readonly pull: Pull }> {
  const made = world()
  return { made, pull: pullOf(await made.forge.open(proposalOn((await made.forge.head('main')) ?? ''))) }
}

async function newest(forge: Forge): Promise<Pull | undefined> {
  return (await forge.look('main', [CART_LANE])).history.get(CART_LANE)?.at(-1)
}

describe('what was not read to its end', () => {
  it.each(['checks', 'reviews', 'threads', 'files'])(
    'tells nothing that a merge could be judged on: %s',
    async (list) => {
      const { made } = await opened()
      expect((await newest(made.forge))?.facts).toBeDefined()
      expect((await newest(cut(made, [], [list])))?.facts).toBeUndefined()
    },
  )

  it('stops the lane where it may hide our own answers, open and ended', async () => {
    const { made, pull } = await opened()
    const forge = cut(made, [], ['comments'])
    const read = async () => {
      const seen = await newest(forge)
      return seen && readAttempt(seen)
    }
    expect(await read()).toEqual({ read: false, reason: 'comments-unread' })
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'comments-unread' })
    const again = proposalOn((await made.forge.head('main')) ?? '')
    expect(await forge.refresh(pull.number, again)).toMatchObject({ result: 'refused', reason: 'comments-unread' })
    made.people.close({ login: 'olga', kind: 'user' }, pull.number)
    expect(await read()).toEqual({ read: false, reason: 'comments-unread' })
  })

  it('is no history: nothing is done in the repository', async () => {
    const { made, pull } = await opened()
    for (const list of ['branches', `head ${pull.branch}`])
      await expect(cut(made, [list]).look('main', [CART_LANE])).rejects.toMatchObject({ code: 'KIN-4008' })
    expect((await cut(made, ['ended', 'issues']).look('main', [CART_LANE])).open).toHaveLength(1)
  })
})

describe('an account that is gone', () => {
  const bot = { __typename: 'Bot', login: 'kintsugi' }
  const text = { id: 'IC_1', createdAt: '2026-01-01T00:00:00Z', author: bot, body: 'Yes.' }

  it('has still edited what it edited', () => {
    const edited = { ...text, editor: null, lastEditedAt: '2026-01-02T00:00:00Z' }
    expect(commentOf(nodeOf(edited)).editor).toEqual({ login: 'ghost', kind: 'app' })
    expect(commentOf(nodeOf({ ...text, editor: null, lastEditedAt: null })).editor).toBeUndefined()
  })

  it('has still edited a body and switched off auto-merge', () => {
    const pull = {
      ...{ id: 'PR_1', number: 1, url: 'x', state: 'OPEN', title: 't', body: 'b', createdAt: '2026-01-01T00:00:00Z' },
      ...{ author: bot, editor: null, lastEditedAt: '2026-01-02T00:00:00Z', headRefName: 'h', baseRefName: 'main' },
      ...{ headRefOid: 'a'.repeat(40), isCrossRepository: false, isDraft: false, isInMergeQueue: false },
      timelineItems: { nodes: [{ __typename: 'AutoMergeDisabledEvent', actor: null }] },
    }
    const none = {
      commits: [],
      comments: [],
      files: [],
      reviews: [],
      threads: [],
      checks: [],
      checked: '',
      incomplete: [],
    }
    expect(pullFact(nodeOf(pull), none)).toMatchObject({
      bodyEditor: { login: 'ghost' },
      disarmedBy: { login: 'ghost' },
    })
  })
})
