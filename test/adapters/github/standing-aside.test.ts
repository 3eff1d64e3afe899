import { beforeEach, describe, expect, it } from 'vitest'
import type { GitHubApi } from '../../../src/adapters/github/api.ts'
import { githubForge } from '../../../src/adapters/github/index.ts'
import type { Pull } from '../../../src/domain/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { proposalOn, pullOf } from '../../contracts/forge.ts'
import { type Fault, modelMirror } from '../../github-model/index.ts'
import { BOT, OLGA, type World, world } from './world.ts'

const OWN = { name: 'kintsugi', app: BOT.appId } as const

let made: World
let ours: Pull
let theirs: number
let head: string

/** A base whose rules ask for our check, with a pull request of ours and one of a person. */
beforeEach(async () => {
  made = world({ rules: { requiredChecks: [OWN], mergeQueue: true } })
  ours = pullOf(await made.forge.open(proposalOn((await made.forge.head('main')) ?? '')))
  head = made.people.push(OLGA, 'theirs', { 'docs/other.md': 'x\n' })
  theirs = made.people.open(OLGA, { branch: 'theirs', base: 'main', title: 't', body: '', draft: false }) ?? 0
})

function conclusions(sha: string): readonly (string | undefined)[] {
  return made.repository.state.checks.filter((one) => one.sha === sha).map(({ conclusion }) => conclusion)
}

function groupOf(number: number): string {
  return made.repository.state.pulls.get(number)?.queued?.group ?? ''
}

function forgeOn(api: GitHubApi): Forge {
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

const forms: readonly (Fault | undefined)[] = [undefined, 'lost-before', 'lost-after']

describe('standing aside', () => {
  it.each(forms)('lets pull requests of others pass, once, and judges none of ours: %s', async (form) => {
    expect(made.people.enqueue(OLGA, theirs)).toBe(false)
    let seen = 0
    const forge = made.start({ faults: (call) => (call.method === 'checkRun' && ++seen === 1 ? form : undefined) })
    await forge.standAside?.('main')
    await forge.standAside?.('main')
    await made.start().standAside?.('main')
    expect(conclusions(head)).toEqual(['neutral'])
    expect(conclusions(ours.headSha)).toEqual([undefined])
    expect(made.people.enqueue(OLGA, theirs)).toBe(true)
  })

  it('lets pass what the queue has built of them', async () => {
    await made.forge.standAside?.('main')
    made.people.enqueue(OLGA, theirs)
    await made.forge.standAside?.('main')
    expect(conclusions(groupOf(theirs))).toEqual(['neutral'])
    made.people.advanceQueue(OLGA)
    expect(made.repository.state.pulls.get(theirs)?.state).toBe('merged')
  })

  it('lets nothing pass that holds a proposal of ours which has not had its word', async () => {
    await made.forge.standAside?.('main')
    await made.forge.check(ours.number, [{ name: 'mode', pass: true, value: 'x' }])
    await made.api.enqueue(ours.number, ours.headSha)
    made.people.enqueue(OLGA, theirs)
    await made.forge.standAside?.('main')
    expect(conclusions(groupOf(theirs))).toEqual([])
    await made.forge.checkGroup(ours.number, groupOf(ours.number), [{ name: 'proof', pass: true, value: 'x' }])
    await made.forge.standAside?.('main')
    expect(conclusions(groupOf(theirs))).toEqual(['neutral'])
  })

  it('says so where the app may write no checks, and is not stopped by a commit that is gone', async () => {
    const real = made.api.awaiting
    const gone = { number: 99, author: OLGA, branch: 'gone', crossRepository: true, headOid: 'd'.repeat(40) }
    const awaiting: typeof real = async (base) => {
      const { pulls, queue } = await real(base)
      return { pulls: [gone, ...pulls], queue }
    }
    const may = { ...made.api, awaiting }
    await forgeOn(may).standAside?.('main')
    expect(conclusions(head)).toEqual(['neutral'])
    const refusal = { kind: 'forbidden', status: 403, text: 'Resource not accessible by integration' } as const
    const mayNot = { ...may, checkOf: async () => undefined, checkRun: async () => ({ ok: false, refusal }) as const }
    await expect(forgeOn(mayNot).standAside?.('main')).rejects.toMatchObject({ code: 'KIN-4005' })
  })

  it('lets nobody pass a commit that is the head of ours, by whatever branch', async () => {
    made.people.force(OLGA, 'copy', ours.headSha)
    made.people.open(OLGA, { branch: 'copy', base: 'main', title: 't', body: '', draft: false })
    await made.forge.standAside?.('main')
    expect(conclusions(ours.headSha)).toEqual([undefined])
  })
})
