import { describe, expect, it } from 'vitest'
import type { Pull } from '../../../src/domain/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { readAttempt } from '../../../src/proposal/index.ts'
import { CART, CART_LANE, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { Kill } from '../../github-model/index.ts'
import { OLGA, type World, world } from './world.ts'

const OLD = { [CART]: 'memory: 128Mi\n' }
const NEW = { [CART]: 'memory: 192Mi\n' }

async function seen(forge: Forge): Promise<Pull> {
  const pull = (await forge.look('main', [CART_LANE])).history.get(CART_LANE)?.at(-1)
  if (pull === undefined) throw new Error('no pull request')
  return pull
}

/** A pull request for OLD on the first commit, then a base that moved. */
async function outdated(): Promise<World & { readonly next: string; readonly first: Pull }> {
  const made = world()
  const main = (await made.forge.head('main')) ?? ''
  const first = pullOf(await made.forge.open(proposalOn(main, { files: OLD })))
  const next = made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
  return { ...made, next, first }
}

async function killed(run: Promise<unknown>): Promise<boolean> {
  try {
    await run
    return false
  } catch (error) {
    if (error instanceof Kill) return true
    throw error
  }
}

/** Starts a refresh that ends at its write number `at`; false where it has not so many. */
async function cutRefresh(
  made: World & { next: string; first: Pull },
  at: number,
  fault: 'kill-before' | 'kill-after',
) {
  let writes = 0
  const forge = made.start({ faults: ({ write }) => (write && ++writes === at ? fault : undefined) })
  return killed(forge.refresh(made.first.number, proposalOn(made.next, { files: NEW })))
}

/** What the record says was written, and what the head holds. */
async function told(forge: Forge, pull: Pull): Promise<{ says: string; holds: string | undefined }> {
  const read = readAttempt(pull)
  const base = read.read ? read.attempt.record.base.revision : read.reason
  return { says: base, holds: new TextDecoder().decode((await forge.tree(pull.headSha)).bytes(CART)) }
}

const POINTS = [1, 2, 3].flatMap((at) => (['kill-before', 'kill-after'] as const).map((fault) => [at, fault] as const))

describe('a refresh', () => {
  it('has three writes, and leaves one commit on the new base', async () => {
    const made = await outdated()
    expect(await cutRefresh(made, 4, 'kill-before')).toBe(false)
    const pull = await seen(made.start())
    expect(made.repository.objects.commits.get(pull.headSha)?.parents).toEqual([made.next])
    expect([...made.repository.state.branches.keys()]).toEqual(['main', pull.branch])
  })

  it.each(POINTS)('that is cut at write %i (%s) is never believed wrong', async (at, fault) => {
    const made = await outdated()
    expect(await cutRefresh(made, at, fault)).toBe(true)
    const pull = await seen(made.start())
    const old = { says: proposalOn(made.first.headSha).base.revision, holds: OLD[CART] }
    const main = made.repository.objects.commits.get(made.first.headSha)?.parents[0] ?? ''
    const isNew = at === 3 && fault === 'kill-after'
    const expected = isNew ? { says: made.next, holds: NEW[CART] } : { ...old, says: main }
    expect(await told(made.forge, pull)).toEqual(expected)
    const bodyIsNew = at > 2 || (at === 2 && fault === 'kill-after')
    expect(pull.unsettled).toBe(bodyIsNew && !isNew ? true : undefined)
  })

  it.each(POINTS)('that is cut at write %i (%s) is gone on with', async (at, fault) => {
    const made = await outdated()
    await cutRefresh(made, at, fault)
    const forge = made.start()
    const again = pullOf(await forge.refresh(made.first.number, proposalOn(made.next, { files: NEW })))
    expect(await told(forge, again)).toEqual({ says: made.next, holds: NEW[CART] })
    expect([...made.repository.state.branches.keys()]).toEqual(['main', again.branch])
    expect(await forge.merge(again.number, again.headSha)).toMatchObject({ result: 'merged' })
  })

  it.each(POINTS)('that is cut at write %i (%s) gives way to another proposal', async (at, fault) => {
    const made = await outdated()
    await cutRefresh(made, at, fault)
    const forge = made.start()
    const third = made.people.push(OLGA, 'main', { [WEB]: 'memory: 66Mi\n' })
    const again = pullOf(
      await forge.refresh(made.first.number, proposalOn(third, { files: { [CART]: 'memory: 1Gi\n' } })),
    )
    expect(await told(forge, again)).toEqual({ says: third, holds: 'memory: 1Gi\n' })
    expect([...made.repository.state.branches.keys()]).toEqual(['main', again.branch])
  })

  it.each(POINTS)('that is cut at write %i (%s) and merged by a person tells what was merged', async (at, fault) => {
    const made = await outdated()
    await cutRefresh(made, at, fault)
    made.people.merge(OLGA, made.first.number)
    const forge = made.start()
    const pull = await seen(forge)
    const { says, holds } = await told(forge, pull)
    expect(pull.state).toBe('merged')
    expect(new TextDecoder().decode((await forge.tree(pull.mergeCommit ?? '')).bytes(CART))).toBe(holds)
    expect(says).toBe(
      holds === NEW[CART] ? made.next : made.repository.objects.commits.get(made.first.headSha)?.parents[0],
    )
  })

  it.each(POINTS)('that meets a commit of a person after write %i (%s) keeps its hands off', async (at, fault) => {
    const made = await outdated()
    await cutRefresh(made, at, fault)
    const mine = made.people.push(OLGA, made.first.branch, { [CART]: 'memory: 7Mi\n' })
    const forge = made.start()
    expect(readAttempt(await seen(forge))).toEqual({ read: false, reason: 'head-not-ours' })
    const again = await forge.refresh(made.first.number, proposalOn(made.next, { files: NEW }))
    expect(again).toMatchObject({ result: 'refused', reason: 'head-not-ours' })
    expect(await forge.head(made.first.branch)).toBe(mine)
  })

  it('loses against a person who pushes at any moment of it', async () => {
    const calls: number[] = []
    for (let at = 1; ; at += 1) {
      const made = await outdated()
      let mine: string | undefined
      const forge = made.start({
        turn: async ({ count }, when) => {
          if (when !== 'before' || count !== at || mine !== undefined) return
          mine = made.people.push(OLGA, made.first.branch, { [CART]: 'memory: 7Mi\n' })
        },
      })
      const result = await forge.refresh(made.first.number, proposalOn(made.next, { files: NEW }))
      if (mine === undefined) break
      calls.push(at)
      expect(made.repository.objects.contains((await forge.head(made.first.branch)) ?? '', mine)).toBe(true)
      if (result.result === 'refused') expect(result.reason).toBe('head-not-ours')
    }
    expect(calls.length).toBeGreaterThan(4)
  })

  it('disarms what was armed for the commit before', async () => {
    const made = world({ settings: { autoMerge: true }, rules: { approvals: 1 } })
    const main = (await made.forge.head('main')) ?? ''
    const first = pullOf(await made.forge.open(proposalOn(main)))
    expect(await made.forge.arm(first.number, first.headSha, 'squash')).toEqual({ result: 'armed' })
    pullOf(await made.forge.refresh(first.number, proposalOn(main, { files: NEW })))
    expect((await seen(made.start())).facts?.autoMerge).toBeUndefined()
  })
})
