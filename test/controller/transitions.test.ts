import { describe, expect, it } from 'vitest'
import type { Done, LaneReport, TickReport } from '../../src/controller/index.ts'
import { type LastSeen, transitionsOf } from '../../src/controller/transitions.ts'
import { KintsugiError } from '../../src/domain/index.ts'

const BEGAN = 1_000_000
const LANE = 'demo/shop/Deployment/cart'

function lane(done: Done, startMs: number | 'none' = BEGAN): LaneReport {
  const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart' } as const
  const report = { lane: LANE, subject, step: { do: 'nothing' }, prepared: { ready: 'nothing' }, done } as const
  // Of a diagnosis only its beginning is read.
  return startMs === 'none' ? report : { ...report, diagnosis: { startMs } as NonNullable<LaneReport['diagnosis']> }
}

function tick(lanes: readonly LaneReport[], others: Partial<TickReport> = {}): TickReport {
  const nothing = {
    unknown: [],
    quiet: [],
    problems: [],
    failed: [],
    unreachable: [],
    answered: [],
    kept: [],
    silenced: [],
  }
  return { atMs: BEGAN, lanes, ...nothing, ...others }
}

const HELD: Done = { done: 'held', reason: 'persistence' }

function events(last: LastSeen, ...reports: readonly TickReport[]): readonly string[] {
  return reports
    .flatMap((report) => transitionsOf(report, last, BEGAN))
    .map(({ event, detail }) => [event, detail['reason'] ?? detail['code'] ?? ''].join(' ').trim())
}

describe('transitions', () => {
  it('are holds with a new reason, each once', () => {
    const other: Done = { done: 'held', reason: 'awaiting-merge' }
    const seen = events(new Map(), tick([lane(HELD)]), tick([lane(HELD)]), tick([lane(other)]), tick([lane(HELD)]))
    expect(seen).toEqual(['held persistence', 'held awaiting-merge', 'held persistence'])
  })

  it('are all that was done', () => {
    const closed: Done = { done: 'closed', pull: 1, reason: 'no-longer-needed' }
    expect(events(new Map(), tick([lane(closed, 'none')]), tick([lane(closed, 'none')]))).toEqual([
      'closed no-longer-needed',
      'closed no-longer-needed',
    ])
  })

  it('are not what a lane waited for before the process began', () => {
    const before = lane(HELD, BEGAN - 1)
    const other: Done = { done: 'noted', reason: 'no-effect' }
    expect(events(new Map(), tick([before]), tick([before]))).toEqual([])
    expect(events(new Map(), tick([lane(HELD, 'none')]))).toEqual([])
    expect(events(new Map(), tick([before]), tick([lane(other, BEGAN - 1)]))).toEqual(['noted no-effect'])
  })

  it('begin anew once a lane was quiet', () => {
    const last: LastSeen = new Map()
    const seen = events(last, tick([lane(HELD)]), tick([], { quiet: [LANE] }), tick([lane(HELD)]))
    expect(seen).toEqual(['held persistence', 'held persistence'])
  })

  it('are nothing for a dry run', () => {
    const would: Done = { done: 'would', what: 'propose' }
    expect(events(new Map(), tick([lane(would)]), tick([lane({ done: 'nothing' })]))).toEqual([])
  })

  it('tell of lanes that were cut short once, of answers and of offers', () => {
    const failed = [{ lane: LANE, error: new KintsugiError('KIN-4003', 'away') }]
    const answered = [{ repository: 'r', pull: 1, by: 'olga', command: 'hold', accepted: true }] as const
    const kept = [
      { repository: 'r', kept: 'offered', pull: 2, url: 'u' },
      { repository: 'r', kept: 'dashboard' },
    ] as const
    const last: LastSeen = new Map()
    expect(events(last, tick([], { failed }), tick([], { failed }), tick([], { answered, kept }))).toEqual([
      'failed KIN-4003',
      'answered',
      'offered',
    ])
  })

  it('holds no text of people or clusters', () => {
    const held: Done = { done: 'held', reason: 'persistence', message: 'secret of the cluster' }
    const concluded: Done = {
      done: 'concluded',
      pull: 1,
      conclusion: { verdict: 'resolved', atMs: 1, because: 'secret of the cluster' },
    }
    const last: LastSeen = new Map()
    const records = [tick([lane(held)]), tick([lane(concluded)])].flatMap((one) => transitionsOf(one, last, BEGAN))
    expect(records).toHaveLength(2)
    expect(JSON.stringify(records)).not.toContain('secret')
  })
})
