import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { localForge, type UnappliedForge, unappliedForge } from '../../../src/adapters/local/index.ts'
import { CART, CART_LANE, DECIDED, FIRST_FILES, proposalOn, pullOf } from '../../contracts/forge.ts'
import { freshRepository, removeFolders, type TestRepository } from './repository.ts'

afterAll(removeFolders)

const clock = { now: () => DECIDED, sleep: async () => {} }
const options = { url: 'file:///shop.git', branchPrefix: 'kintsugi', clock }

describe('a forge on which nothing is applied', () => {
  let repository: TestRepository
  let forge: UnappliedForge
  beforeEach(async () => {
    repository = freshRepository()
    forge = await unappliedForge({ ...options, gitDir: repository.gitDir })
  })

  const head = async () => (await forge.head('main')) ?? ''

  it('opens on what the repository holds, and leaves that as it was', async () => {
    const before = repository.state()
    const pull = pullOf(await forge.open(proposalOn(await head())))
    expect(pull).toMatchObject({ state: 'open', headIsOurs: true, files: [CART] })
    expect((await forge.look('main', [CART_LANE])).open).toMatchObject([{ number: pull.number }])
    expect((await forge.open(proposalOn(await head()))).result).not.toBe('opened')
    expect(repository.state()).toBe(before)
    expect(await forge.tree(await head())).toMatchObject({ oid: expect.stringMatching(/^[0-9a-f]{40}$/) })
    const bytes = (await forge.tree(pull.headSha)).bytes(CART)
    expect(new TextDecoder().decode(bytes)).not.toBe(FIRST_FILES[CART])
    expect(new TextDecoder().decode((await forge.tree(pull.headSha)).bytes('README.md'))).toBe('shop\n')
  })

  it('computes anew, closes, and opens once more', async () => {
    const { number } = pullOf(await forge.open(proposalOn(await head())))
    const anew = await forge.refresh(number, proposalOn(await head(), { files: { [CART]: 'memory: 192Mi\n' } }))
    expect(pullOf(anew)).toMatchObject({ number, state: 'open' })
    await forge.close(number, 'no-longer-needed', 'quiet')
    const view = await forge.look('main', [CART_LANE])
    expect(view.open).toEqual([])
    expect(view.history.get(CART_LANE)).toMatchObject([{ number, state: 'closed', endedBy: 'bot' }])
  })

  it('never merges', async () => {
    const { number, headSha } = pullOf(await forge.open(proposalOn(await head())))
    expect(await forge.merge(number, headSha)).toEqual({ result: 'waiting', by: 'not-applied' })
    expect(await forge.arm(number, headSha, 'squash')).toMatchObject({ result: 'refused', reason: 'not-applied' })
    expect((await forge.look('main', [])).open).toHaveLength(1)
  })

  it('sees nothing of what the bot itself has left there', async () => {
    const real = localForge({ ...options, gitDir: repository.gitDir })
    await real.open(proposalOn(await head()))
    const again = await unappliedForge({ ...options, gitDir: repository.gitDir })
    const view = await again.look('main', [CART_LANE])
    expect([view.open, view.history.get(CART_LANE), view.notes.size]).toEqual([[], [], 0])
    expect((await again.open(proposalOn(await head()))).result).toBe('opened')
  })

  it('knows the history of the repository', async () => {
    const first = await head()
    const second = repository.push('main', { [CART]: 'memory: 48Mi\n' })
    const newer = await unappliedForge({ ...options, gitDir: repository.gitDir })
    expect(await newer.contains(second, first)).toBe(true)
    expect(await newer.contains(first, second)).toBe(false)
    expect(await newer.commitsTouching([CART], 'main', 5)).toMatchObject([{ revision: second }, { revision: first }])
    const { headSha } = pullOf(await newer.open(proposalOn(second)))
    expect(await newer.contains(headSha, first)).toBe(true)
    expect(await newer.contains(second, headSha)).toBe(false)
  })

  it('is made of files alone where there is no repository', async () => {
    const bare = await unappliedForge(options)
    await bare.declare(new Map([[CART, 'memory: 32Mi\n']]))
    const first = (await bare.head('main')) ?? ''
    expect(pullOf(await bare.open(proposalOn(first))).files).toEqual([CART])
    await bare.declare(new Map([['other.yaml', 'a: 1\n']]))
    const second = (await bare.head('main')) ?? ''
    expect((await bare.tree(second)).paths()).toEqual(['other.yaml'])
    expect(await bare.contains(second, first)).toBe(true)
    await expect(bare.tree('0'.repeat(40))).rejects.toMatchObject({ code: 'KIN-4002' })
  })
})
