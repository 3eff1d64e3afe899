import { describe, expect, it } from 'vitest'
import { emptyMemory, reconcile } from '../../src/controller/index.ts'
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
})
