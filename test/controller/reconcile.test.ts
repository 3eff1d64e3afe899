import { describe, expect, it } from 'vitest'
import { emptyMemory, reconcile, type TickReport } from '../../src/controller/index.ts'
import { KintsugiError } from '../../src/domain/index.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

const BOTH = ['demo/shop/Deployment/cart', 'demo/shop/Deployment/catalog']

/** Cart and catalog both ask for a proposal, and opening one throws. */
async function tickWith(thrown: Error) {
  const walk = await Walk.begin(shopOf({ only: ['cart', 'catalog'] }))
  await walk.minutes(12, false)
  const open = () => Promise.reject(thrown)
  const deps = { ...walk.deps, repositories: [{ urls: [URL], forge: { ...walk.forge, open } }] }
  return reconcile(deps, emptyMemory(), walk.clock.now())
}

describe('reconcile', () => {
  it('says which lane the world cut short, and goes on with the others', async () => {
    const report = await tickWith(new KintsugiError('KIN-4003', 'the forge is down'))
    expect(report.failed.map(({ lane, error }) => [lane, error.code])).toEqual(BOTH.map((lane) => [lane, 'KIN-4003']))
    expect(report.lanes).toEqual([])
  })

  it('hides no fault of its own behind a lane', async () => {
    await expect(tickWith(new TypeError('a fault of ours'))).rejects.toThrow('a fault of ours')
  })

  it('is less sure of a rule once a person has closed what it had led to', async () => {
    const walk = await Walk.begin(shopOf({ only: ['cart', 'catalog'] }))
    await walk.minutes(12, false)
    const confidences = ({ lanes }: TickReport) => lanes.map(({ diagnosis }) => diagnosis?.confidence.toFixed(3))
    const before = await reconcile(walk.deps, walk.memory, walk.clock.now())
    expect(confidences(before)).toEqual(['0.950', '0.950'])
    const branch = [...walk.repository.refs.keys()].find((ref) => ref.includes('kintsugi/shop-deployment-cart'))
    walk.repository.refs.delete(branch ?? '')
    const after = await reconcile({ ...walk.deps, writes: 'observe' }, emptyMemory(), walk.clock.now())
    // 19 of 21 in place of 19 of 20; the other failure has a rule of its own.
    expect(confidences(after)).toEqual(['0.905', '0.950'])
    expect(after.lanes[0]?.diagnosis?.adjusted).toMatchObject({ verified: 0, refuted: 1 })
  })
})
