import { describe, expect, it } from 'vitest'
import type { Actor } from './exchange.ts'
import { createLimits, type LimitPlan } from './limits.ts'

const APP: Actor = { kind: 'installation', appId: 1, installationId: 9, permissions: {}, repositories: 'all' }
const READ = { resource: 'core', writes: false, free: false } as const
const WRITE = { resource: 'core', writes: true, free: false } as const

function limited(change: Partial<LimitPlan>) {
  const time = { now: 1_000_000 }
  const limits = createLimits(() => time.now)
  limits.set(change)
  const spend = (spent: typeof READ | typeof WRITE) => {
    const answer = limits.spend(APP, spent)
    limits.ended(APP)
    return answer?.status
  }
  return { limits, spend, time }
}

const times = (count: number, what: () => number | undefined) => Array.from({ length: count }, what)

describe('limits', () => {
  it('are told in headers and refuse nothing until they are switched on', () => {
    const { limits, spend } = limited({ perHour: 3 })
    expect(times(5, () => spend(READ))).toEqual(times(5, () => undefined))
    expect(limits.headers(APP, 'core')).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '0' })
  })

  it('refuse what is over the hour, until the hour is over', () => {
    const { limits, spend, time } = limited({ primary: true, perHour: 2 })
    expect(times(3, () => spend(READ))).toEqual([undefined, undefined, 403])
    expect(limits.standing(APP, 'core')).toMatchObject({ remaining: 0, used: 2 })
    time.now += 3_600_000
    expect(spend(READ)).toBeUndefined()
  })

  it('say RATE_LIMITED with 200 in GraphQL', () => {
    const { limits } = limited({ primary: true, perHour: 0 })
    const answer = limits.spend(APP, { ...READ, resource: 'graphql' })
    expect(answer).toMatchObject({ status: 200, body: { errors: [{ type: 'RATE_LIMITED' }] } })
  })

  it('refuse the 81st write of a minute and the 501st of an hour, and let reads pass', () => {
    const { spend, time } = limited({ secondary: true, restPointsPerMinute: 100_000 })
    expect(times(81, () => spend(WRITE)).filter((status) => status === 403)).toHaveLength(1)
    expect(spend(READ)).toBeUndefined()
    for (let minute = 0; minute < 10; minute += 1) {
      time.now += 60_001
      times(60, () => spend(WRITE))
    }
    time.now += 60_001
    expect(spend(WRITE)).toBe(403)
  })

  it('count five points for a write and one for a read', () => {
    const { spend } = limited({ secondary: true, restPointsPerMinute: 11, status: 429 })
    expect([spend(WRITE), spend(WRITE), spend(READ), spend(READ)]).toEqual([undefined, undefined, undefined, 429])
  })

  it('say retry-after, or do not', () => {
    const refuse = (retryAfter: number | null) =>
      limited({ secondary: true, restPointsPerMinute: 0, retryAfter }).limits.spend(APP, READ)
    expect(refuse(30)?.headers).toEqual({ 'retry-after': '30' })
    expect(refuse(null)?.headers).toEqual({})
  })

  it('refuse the 101st at once', () => {
    const { limits } = limited({ secondary: true })
    const all = Array.from({ length: 101 }, () => limits.spend(APP, READ)?.status)
    expect(all.filter((status) => status === 403)).toHaveLength(1)
  })

  it('are counted apart for each installation', () => {
    const { limits } = limited({ primary: true, perHour: 1 })
    expect(limits.spend(APP, READ)).toBeUndefined()
    expect(limits.spend({ ...APP, installationId: 10 }, READ)).toBeUndefined()
  })
})
