import { describe, expect, it } from 'vitest'
import { Ledger } from '../../../src/cli/backtest/ledger.ts'
import type { LaneReport, TickReport } from '../../../src/controller/index.ts'
import { betaMean, type Diagnosis, laneOf, type Subject } from '../../../src/domain/index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 2, 2, 23)
const subject: Subject = { cluster: 'main', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }

const diagnosis: Diagnosis = {
  ...{ subject, failure: 'OOMKilled', confidence: betaMean(19, 1), startMs: START, lastMs: START },
  ...{ evidence: [], votes: [], independentSignals: false, data: 'complete', watch: ['oom-killed'] },
  ...{ observed: {}, summary: 'it was killed' },
}

function lane(more: Partial<LaneReport>): LaneReport {
  const step = { do: 'hold', reason: 'cooldown' } as const
  return {
    ...{ lane: laneOf(subject), subject, diagnosis, policy: 'cart', step, prepared: { ready: 'nothing' } },
    ...{ done: { done: 'held', reason: 'cooldown' } },
    ...more,
  }
}

function tick(atMs: number, more: Partial<TickReport> = {}): TickReport {
  return {
    ...{ atMs, lanes: [], unknown: [], quiet: ['main/shop/Deployment/cart'], problems: [], failed: [] },
    ...{ unreachable: [], answered: [], kept: [], silenced: [] },
    ...more,
  }
}

const told = (events: readonly { readonly event: string }[]) => events.map(({ event }) => event)

describe('the ledger of a backtest', () => {
  it('tells an episode once, and each reason to hold once in it', () => {
    const ledger = new Ledger()
    expect(told(ledger.take(tick(START, { lanes: [lane({})] })))).toEqual(['finding', 'held'])
    expect(ledger.take(tick(START + MINUTE, { lanes: [lane({})] }))).toEqual([])
    const other = lane({ done: { done: 'held', reason: 'low-confidence' } })
    expect(told(ledger.take(tick(START + 2 * MINUTE, { lanes: [other] })))).toEqual(['held'])
    expect(ledger.policies()).toMatchObject([
      { policy: 'cart', episodes: 1, held: { cooldown: 1, 'low-confidence': 1 }, suppressed: 1 },
    ])
  })

  it('begins another one after six hours without it', () => {
    const ledger = new Ledger()
    for (const hours of [0, 5, 10, 16.1]) ledger.take(tick(START + hours * HOUR, { lanes: [lane({})] }))
    expect(ledger.policies()).toMatchObject([{ episodes: 2, held: { cooldown: 2 }, suppressed: 2 }])
    expect(ledger.days().map(({ date, episodes }) => [date, episodes])).toEqual([
      ['2026-03-02', 1],
      ['2026-03-03', 1],
    ])
  })

  it('does not tell that an open proposal waits for people', () => {
    const ledger = new Ledger()
    const waits = lane({ done: { done: 'held', reason: 'awaiting-merge' } })
    expect(told(ledger.take(tick(START, { lanes: [waits] })))).toEqual(['finding'])
    expect(ledger.policies()).toMatchObject([{ held: {}, suppressed: 0 }])
  })

  it('says when every gate was open, and names the one that is shut', () => {
    const ledger = new Ledger()
    const open = lane({ done: { done: 'held', reason: 'not-applied' } })
    expect(told(ledger.take(tick(START, { lanes: [open] })))).toEqual(['finding', 'would-merge'])
    const shut = lane({
      ...{ step: { do: 'hold', reason: 'outside-window' }, done: { done: 'held', reason: 'outside-window' } },
      gates: [{ name: 'window', pass: false, value: 'shut', reason: 'outside-window' }],
    })
    expect(ledger.take(tick(START + MINUTE, { lanes: [shut] }))).toMatchObject([{ event: 'held', gate: 'window' }])
    expect(ledger.policies()).toMatchObject([{ wouldMerge: 1, held: { 'outside-window': 1 } }])
  })

  it('counts what no policy covers by itself, last', () => {
    const ledger = new Ledger()
    const { policy: _, ...without } = lane({ done: { done: 'held', reason: 'no-policy' } })
    const web = { ...subject, name: 'web' }
    const other = { ...without, lane: laneOf(web), subject: web, diagnosis: { ...diagnosis, subject: web } }
    ledger.take(tick(START, { lanes: [other, lane({})] }))
    expect(ledger.policies().map(({ policy }) => policy)).toEqual(['cart', undefined])
  })

  it('tells what known events silence once, and counts it by day', () => {
    const ledger = new Ledger()
    const silenced = [{ subject, reason: 'known-event', message: 'backup until 03:00' }] as const
    expect(told(ledger.take(tick(START, { silenced })))).toEqual(['silenced'])
    expect(ledger.take(tick(START + MINUTE, { silenced }))).toEqual([])
    expect(told(ledger.take(tick(START + 7 * HOUR, { silenced })))).toEqual(['silenced'])
    expect(ledger.days().map((day) => day.silenced)).toEqual([1, 1])
  })

  it('counts what could not be judged by looks, not by workloads', () => {
    const ledger = new Ledger()
    const stale = { signal: 'oom-killed', why: 'stale', subject } as const
    ledger.take(tick(START, { unknown: [stale, { ...stale, subject: { ...subject, name: 'web' } }] }))
    ledger.take(tick(START + MINUTE, { unknown: [stale] }))
    expect(ledger.unknown()).toEqual([{ signal: 'oom-killed', why: 'stale', looks: 2 }])
    expect(ledger.watched).toBe(true)
  })

  it('knows whether anything was ever watched', () => {
    const ledger = new Ledger()
    ledger.take(tick(START, { quiet: [] }))
    expect(ledger.watched).toBe(false)
  })
})
