import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchOf, incidentId, publicId } from '../../src/proposal/index.ts'
import { size } from '../fakes/size.ts'

describe('identity', () => {
  it('names one branch for a lane', () => {
    expect(branchOf('demo/shop/Deployment/cart', 'kintsugi')).toBe('kintsugi/shop-deployment-cart-b2ca43f0')
  })

  it('makes a safe branch of any lane', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (lane) => {
        expect(branchOf(lane, 'kintsugi')).toMatch(/^kintsugi\/[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?-[0-9a-f]{8}$/)
      }),
      { numRuns: size(2000, 10_000) },
    )
  })

  it('keeps lanes apart that have one slug', () => {
    expect(branchOf('a/b', 'k')).not.toBe(branchOf('a-b', 'k'))
  })

  it('counts an incident from the minute in which its episode began', () => {
    expect(incidentId('demo/shop/Deployment/cart', 'OOMKilled', Date.UTC(2026, 10, 21, 7, 0, 59))).toBe(
      'demo/shop/Deployment/cart/OOMKilled/2026-11-21T07:00Z',
    )
  })

  it('numbers public ids by day', () => {
    expect(publicId(Date.UTC(2026, 10, 21, 23, 59), 3)).toBe('rem-20261121-003')
  })
})
