import { beforeEach, describe, expect, it } from 'vitest'
import type { Pull } from '../../../src/domain/index.ts'
import { proposalOn, pullOf } from '../../contracts/forge.ts'
import type { Fault } from '../../github-model/index.ts'
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

  it('lets nobody pass a commit that is the head of ours, by whatever branch', async () => {
    made.people.force(OLGA, 'copy', ours.headSha)
    made.people.open(OLGA, { branch: 'copy', base: 'main', title: 't', body: '', draft: false })
    await made.forge.standAside?.('main')
    expect(conclusions(ours.headSha)).toEqual([undefined])
  })
})
