import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Budget,
  type Cost,
  GITHUB_LIMITS,
  type LimitWord,
  PRIORITIES,
} from '../../../../src/adapters/github/http/budget.ts'
import { limitWord } from '../../../../src/adapters/github/http/limit-words.ts'
import { Deferred, type Pace, turnsOn } from '../../../../src/adapters/github/http/wait.ts'
import { size } from '../../../fakes/size.ts'

const read: Cost = { resource: 'graphql', writes: false, content: 0, priority: 'open' }
const write: Cost = { resource: 'graphql', writes: true, content: 3, priority: 'open' }

/** Time that passes only when somebody sleeps. */
function fakePace(): Pace & { at: number } {
  const pace = {
    at: 1_000_000,
    nowMs: () => pace.at,
    sleep: async (ms: number): Promise<void> => {
      pace.at += ms
    },
    random: () => 0.5,
  }
  return pace
}

const costs = fc.record({
  resource: fc.constantFrom('core' as const, 'graphql' as const),
  writes: fc.boolean(),
  content: fc.integer({ min: 1, max: 4 }),
  priority: fc.constantFrom(...PRIORITIES),
})
const words: fc.Arbitrary<LimitWord | undefined> = fc.option(
  fc.oneof(
    fc.record({
      kind: fc.constant('secondary' as const),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 600_000 }), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('primary' as const),
      resetMs: fc.option(fc.integer({ min: 1_000_000, max: 5_000_000 }), { nil: undefined }),
    }),
  ),
  { nil: undefined, freq: 8 },
)

describe('budget', () => {
  it('lets no request go before the time that GitHub named, nor above its published limits', () => {
    const steps = fc.array(fc.record({ cost: costs, passMs: fc.integer({ min: 0, max: 20_000 }), word: words }), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, (sequence) => {
        const budget = new Budget()
        let now = 1_000_000
        let secondaryUntil = 0
        const primaryUntil = { core: 0, graphql: 0 }
        const content: { at: number; amount: number }[] = []
        const points: { at: number; amount: number; resource: string }[] = []
        for (const { cost, passMs, word } of sequence) {
          now += passMs
          const asked = cost.writes ? cost : { ...cost, content: 0 }
          const verdict = budget.ask(asked, now)
          if (!verdict.go) {
            expect(verdict.untilMs).toBeGreaterThan(now)
            continue
          }
          expect(now).toBeGreaterThanOrEqual(Math.max(secondaryUntil, primaryUntil[cost.resource]))
          content.push({ at: now, amount: asked.content })
          points.push({ at: now, amount: cost.writes ? 5 : 1, resource: cost.resource })
          const within = (ms: number) =>
            content.filter(({ at }) => now - at < ms).reduce((sum, one) => sum + one.amount, 0)
          expect(within(60_000)).toBeLessThanOrEqual(GITHUB_LIMITS.contentPerMinute)
          expect(within(3_600_000)).toBeLessThanOrEqual(GITHUB_LIMITS.contentPerHour)
          const spent = points.filter(({ at, resource }) => now - at < 60_000 && resource === cost.resource)
          expect(spent.reduce((sum, one) => sum + one.amount, 0)).toBeLessThanOrEqual(
            cost.resource === 'core' ? 900 : 2000,
          )
          budget.ended()
          budget.told(cost.resource, word ?? { kind: 'fine' }, now)
          if (word?.kind === 'secondary') secondaryUntil = Math.max(secondaryUntil, now + (word.retryAfterMs ?? 60_000))
          if (word?.kind === 'primary')
            primaryUntil[cost.resource] = Math.max(primaryUntil[cost.resource], word.resetMs ?? 0)
        }
      }),
      { numRuns: size(1000, 20_000) },
    )
  })

  it('waits a minute, then twice as long each time, where GitHub names no time', () => {
    const budget = new Budget()
    const waits = [0, 1, 2, 3, 10].map((_, at) => {
      const now = 10_000_000 * (at + 1)
      budget.told('core', { kind: 'secondary', retryAfterMs: undefined }, now)
      const verdict = budget.ask({ ...read, resource: 'core' }, now)
      return verdict.go ? 0 : verdict.untilMs - now
    })
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 960_000])
  })

  it('keeps room for a merge and a revert when proposals have used up theirs', () => {
    const budget = new Budget({ ...GITHUB_LIMITS, unspacedWrites: 1000 })
    let opened = 0
    while (budget.ask(write, 1_000_000).go) opened += 1
    expect(opened * 3).toBeLessThanOrEqual(72)
    expect(budget.ask({ ...write, priority: 'background' }, 1_000_000).go).toBe(false)
    expect(budget.ask({ ...write, content: 1, priority: 'merge' }, 1_000_000).go).toBe(true)
  })

  it('never blocks reads for writes that have to wait', () => {
    const budget = new Budget()
    let now = 1_000_000
    for (let at = 0; at < 200; at += 1) {
      now += 1000
      budget.ask(write, now)
    }
    expect(budget.ask(write, now).go).toBe(false)
    expect(budget.ask(read, now).go).toBe(true)
  })

  it('spaces writes by a second only where they are many', () => {
    const budget = new Budget()
    const one = { ...write, content: 1, priority: 'merge' as const }
    for (let at = 0; at < 10; at += 1) expect(budget.ask(one, 1_000_000).go).toBe(true)
    expect(budget.ask(one, 1_000_500)).toMatchObject({ go: false, untilMs: 1_001_000 })
    expect(budget.ask(one, 1_001_000).go).toBe(true)
  })

  it('holds at 100 requests at once', () => {
    const budget = new Budget()
    for (let at = 0; at < 100; at += 1) expect(budget.ask(read, 1_000_000).go).toBe(true)
    expect(budget.ask(read, 1_000_000).go).toBe(false)
    budget.ended()
    expect(budget.ask(read, 1_000_000).go).toBe(true)
  })
})

describe('turns', () => {
  it('sleeps through a short wait and says a long one, with its end', async () => {
    const pace = fakePace()
    const turns = turnsOn(new Budget(), pace, 5000)
    turns.budget.told('graphql', { kind: 'secondary', retryAfterMs: 3000 }, pace.at)
    await turns.take('look', read)
    expect(pace.at).toBe(1_003_000)
    turns.budget.told('graphql', { kind: 'secondary', retryAfterMs: 90_000 }, pace.at)
    const refused = await turns.take('look', read).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Deferred)
    expect(refused).toMatchObject({ code: 'KIN-4006', retryable: true, untilMs: 1_093_000 })
    expect(pace.at).toBe(1_003_000)
  })

  it('lets the more important of two waiting writes go first', async () => {
    const order: string[] = []
    let at = 1_000_000
    const sleepers: { until: number; wake: () => void }[] = []
    const pace: Pace = {
      nowMs: () => at,
      random: () => 0.5,
      sleep: (ms) => new Promise((wake) => void sleepers.push({ until: at + ms, wake })),
    }
    const turns = turnsOn(new Budget({ ...GITHUB_LIMITS, unspacedWrites: 1 }), pace, 60_000)
    const one = (priority: Cost['priority']): Promise<void> =>
      turns.take(priority, { ...write, content: 1, priority }).then(() => void order.push(priority))
    await one('open')
    const all = Promise.all([one('comment'), one('merge'), one('check')])
    for (let step = 0; step < 2000 && order.length < 4; step += 1) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
      at += 50
      for (const sleeper of sleepers.splice(0)) {
        if (sleeper.until <= at) sleeper.wake()
        else sleepers.push(sleeper)
      }
    }
    await all
    expect(order).toEqual(['open', 'merge', 'check', 'comment'])
  })
})

describe('what an answer says of limits', () => {
  const heard = (status: number, text: string, headers: Record<string, string> = {}, rateLimited = false) =>
    limitWord({ status, text, headers: new Headers(headers), rateLimited }, 1_000_000)
  it.each([
    ['nothing', heard(200, ''), { kind: 'fine' }],
    ['a permission', heard(403, 'Resource not accessible by integration'), { kind: 'fine' }],
    [
      'retry-after',
      heard(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '30' }),
      { kind: 'secondary', retryAfterMs: 30_000 },
    ],
    [
      'a secondary limit without a time',
      heard(429, 'You have exceeded a secondary rate limit.'),
      { kind: 'secondary' },
    ],
    [
      'a secondary limit in a 200',
      heard(200, 'You have exceeded a secondary rate limit. Please wait'),
      { kind: 'secondary' },
    ],
    [
      'the hour',
      heard(403, 'API rate limit exceeded for installation ID 1.', {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '2000',
      }),
      { kind: 'primary', resetMs: 2_000_000 },
    ],
    [
      'the hour of GraphQL',
      heard(200, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2000' }, true),
      { kind: 'primary', resetMs: 2_000_000 },
    ],
    [
      'a date',
      heard(429, '', { 'retry-after': new Date(1_060_000).toUTCString() }),
      { kind: 'secondary', retryAfterMs: 60_000 },
    ],
  ])('%s', (_, word, expected) => {
    expect(word).toMatchObject(expected)
  })
})
