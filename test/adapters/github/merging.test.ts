import { describe, expect, it } from 'vitest'
import { emptyMemory } from '../../../src/controller/index.ts'
import { driftOf } from '../../../src/controller/merge-drift.ts'
import { blobOid, type Pull } from '../../../src/domain/index.ts'
import type { MergeHow, MergeResult } from '../../../src/ports/index.ts'
import { readAttempt } from '../../../src/proposal/index.ts'
import { CART, CART_LANE, FIRST_FILES, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import type { RepositoryOptions, Rules } from '../../github-model/index.ts'
import { OLGA, type World, world } from './world.ts'

const CI = { login: 'ci', kind: 'app', appId: 9 } as const
const WEB_INPUT = { [WEB]: blobOid(new TextEncoder().encode(FIRST_FILES[WEB] ?? '')) }

type Opened = World & { readonly pull: Pull }

async function opened(options: Partial<RepositoryOptions> = {}): Promise<Opened> {
  const made = world(options)
  const main = (await made.forge.head('main')) ?? ''
  return { ...made, pull: pullOf(await made.forge.open(proposalOn(main, { inputs: WEB_INPUT }))) }
}

/** What the controller sees of a merge that a process before it made. */
async function driftIn({ start, pull }: Opened): Promise<readonly string[] | undefined> {
  const forge = start()
  const merged = (await forge.look('main', [CART_LANE])).recent.find(({ number }) => number === pull.number)
  const read = merged && readAttempt(merged)
  return read?.read === true ? driftOf(emptyMemory(), forge, read.attempt) : undefined
}

function holds({ repository }: World, branch: string, path: string): string {
  const entry = repository.objects.filesOf(repository.state.branches.get(branch)).get(path)
  return new TextDecoder().decode(repository.objects.blobs.get(entry?.oid ?? ''))
}

describe('what GitHub refuses', () => {
  const required = [{ name: 'ci', app: CI.appId }]
  const rows: readonly (readonly [string, Partial<Rules>, Partial<MergeHow>, MergeResult])[] = [
    [
      'a required check that is not there',
      { requiredChecks: required },
      {},
      { result: 'waiting', by: 'checks-pending' },
    ],
    ['a review that is missing', { approvals: 1 }, {}, { result: 'waiting', by: 'awaiting-approval' }],
    [
      'an approval by the last pusher alone',
      { lastPushApproval: true },
      {},
      { result: 'waiting', by: 'awaiting-approval' },
    ],
    ['a method', {}, { method: 'rebase' }, { result: 'stopped', reason: 'merge-refused' }],
    ['a rule that nobody knows', { others: ['moon_phase'] }, {}, { result: 'stopped', reason: 'ruleset' }],
    ['a merge past the queue', { mergeQueue: true }, {}, { result: 'waiting', by: 'in-merge-queue' }],
  ]
  it.each(rows)('is told by name: %s', async (_, rules, how, result) => {
    const { forge, pull } = await opened({ rules, settings: { mergeMethods: ['squash', 'merge'] } })
    expect(await forge.merge(pull.number, pull.headSha, { method: 'squash', ...how })).toEqual(result)
  })

  it('waits for a red check, and merges once it is green', async () => {
    const { forge, pull, people } = await opened({ rules: { requiredChecks: required } })
    people.check(CI, { name: 'ci', sha: pull.headSha, state: 'failure' })
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'waiting', by: 'checks-pending' })
    people.check(CI, { name: 'ci', sha: pull.headSha, state: 'success' })
    expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
  })

  it('recomputes where the head has to hold the newest base', async () => {
    const { forge, pull, people } = await opened({ rules: { upToDate: true } })
    people.push(OLGA, 'main', { 'README.md': 'shop 2\n' })
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'recompute', reason: 'base-moved' })
  })

  it('waits in the queue, and is not asked twice', async () => {
    const made = await opened({ rules: { mergeQueue: true } })
    const { forge, pull } = made
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'waiting', by: 'in-merge-queue' })
    const before = made.repository.state.version
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'waiting', by: 'in-merge-queue' })
    expect(made.repository.state.version).toBe(before)
    expect(
      await forge.refresh(pull.number, proposalOn((await forge.head('main')) ?? '', { files: { [CART]: 'x\n' } })),
    ).toMatchObject({ reason: 'in-merge-queue' })
    made.people.advanceQueue(OLGA)
    expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
  })
})

describe('a gap while it merges', () => {
  /** Merges while `meanwhile` happens before or after each of its calls in turn; what each of them gave. */
  async function atEachMoment(
    meanwhile: (made: Opened) => void,
    judge: (made: Opened, result: MergeResult) => Promise<void>,
  ): Promise<number> {
    let moments = 0
    for (let at = 1; ; at += 1) {
      const made = await opened()
      let [seen, happened] = [0, false]
      const forge = made.start({
        turn: async () => {
          seen += 1
          if (seen !== at) return
          happened = true
          meanwhile(made)
        },
      })
      const result = await forge.merge(made.pull.number, made.pull.headSha)
      if (!happened) return moments
      moments += 1
      await judge(made, result)
    }
  }

  it('never lets a commit of a person through', async () => {
    const moments = await atEachMoment(
      ({ people, pull }) => void people.push(OLGA, pull.branch, { 'apps/evil.yaml': 'x\n' }),
      async (made, result) => {
        expect(['merged', 'stopped']).toContain(result.result)
        expect(holds(made, 'main', 'apps/evil.yaml')).toBe('')
      },
    )
    expect(moments).toBeGreaterThan(8)
  })

  it('never overlooks a file that the proof read', async () => {
    let drifted = 0
    const moments = await atEachMoment(
      ({ people }) => void people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' }),
      async (made, result) => {
        const merged = made.repository.state.pulls.get(made.pull.number)?.mergeCommit
        const inside = new TextDecoder().decode((await made.forge.tree(merged ?? made.pull.headSha)).bytes(WEB))
        if (result.result !== 'merged') return expect(result).toEqual({ result: 'recompute', reason: 'base-moved' })
        const drift = inside === 'memory: 65Mi\n' ? [WEB] : []
        drifted += drift.length
        expect(await driftIn(made)).toEqual(drift)
      },
    )
    expect(moments).toBeGreaterThan(8)
    expect(drifted).toBeGreaterThan(0)
  })

  it('shows the drift to a process that did not see the merge', async () => {
    const made = await opened()
    const forge = made.start({
      turn: async ({ method }, when) => {
        if (method === 'merge' && when === 'before') made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
      },
      faults: ({ method }) => (method === 'merge' ? 'lost-after' : undefined),
    })
    expect(await forge.merge(made.pull.number, made.pull.headSha)).toMatchObject({ result: 'merged' })
    expect(await driftIn(made)).toEqual([WEB])
  })
})

describe('an unclear merge', () => {
  it('is looked at and not sent again where it happened', async () => {
    const made = await opened()
    const sent: string[] = []
    const forge = made.start({
      faults: (call) => {
        if (call.method !== 'merge') return undefined
        sent.push(call.method)
        return 'lost-after'
      },
    })
    expect(await forge.merge(made.pull.number, made.pull.headSha)).toMatchObject({ result: 'merged' })
    expect(sent).toHaveLength(1)
  })

  it('is parked after three', async () => {
    const made = await opened()
    let sent = 0
    const forge = made.start({
      faults: ({ method }) => (method === 'merge' && ++sent > 0 ? 'lost-before' : undefined),
    })
    expect(await forge.merge(made.pull.number, made.pull.headSha)).toEqual({ result: 'waiting', by: 'pull-parked' })
    expect(sent).toBe(3)
  })
})

describe('merging by GitHub itself', () => {
  it('is armed where there is something to wait for, and taken back', async () => {
    const { forge, pull, start, repository } = await opened({ settings: { autoMerge: true }, rules: { approvals: 1 } })
    expect(await forge.arm(pull.number, pull.headSha, 'squash')).toEqual({ result: 'armed' })
    const version = repository.state.version
    expect(await start().arm(pull.number, pull.headSha, 'squash')).toEqual({ result: 'armed' })
    expect(repository.state.version).toBe(version)
    await forge.disarm(pull.number)
    await forge.disarm(pull.number)
    expect(repository.state.pulls.get(pull.number)?.autoMerge).toBeUndefined()
  })

  it('is not armed where nothing is left to wait for, where it is switched off, or for another commit', async () => {
    const clean = await opened({ settings: { autoMerge: true } })
    expect(await clean.forge.arm(clean.pull.number, clean.pull.headSha, 'squash')).toEqual({ result: 'clean' })
    const off = await opened({ rules: { approvals: 1 } })
    expect(await off.forge.arm(off.pull.number, off.pull.headSha, 'squash')).toMatchObject({ reason: 'merge-refused' })
    const main = off.repository.state.branches.get('main') ?? ''
    expect(await off.forge.arm(off.pull.number, main, 'squash')).toMatchObject({ reason: 'head-not-ours' })
  })

  it('is never armed again after a person switched it off', async () => {
    const { forge, pull, people } = await opened({ settings: { autoMerge: true }, rules: { approvals: 1 } })
    await forge.arm(pull.number, pull.headSha, 'squash')
    people.disarm(OLGA, pull.number)
    expect(await forge.arm(pull.number, pull.headSha, 'squash')).toMatchObject({ result: 'refused' })
    const seen = (await forge.look('main', [CART_LANE])).open[0]
    expect(seen?.facts).toMatchObject({ disarmedByPerson: true })
  })
})
