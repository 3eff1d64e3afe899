import { describe, expect, it } from 'vitest'
import { Stage } from '../../src/cli/demo/stage.ts'
import { plotOf } from '../../src/cli/demo/story.ts'
import { terminalOf } from '../../src/cli/terminal.ts'
import type { LaneDocument, TickDocument } from '../../src/cli/tick-report.ts'

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
const lane = { lane: 'demo/shop/Deployment/cart', subject: 'shop/cart[app]', step: 'merge' }

function tick(at: string, done: LaneDocument['done']): TickDocument {
  return { ...nothing, at: `2026-01-12T${at}:00Z`, lanes: [{ ...lane, done }] }
}

describe('the lines of the demo', () => {
  it('stand in the order of time: what a long look did, before what followed from it', () => {
    const printed: string[] = []
    const stream = { isTerminal: false, columns: 80, write: (text: string) => void printed.push(text) }
    const terminal = terminalOf({ out: stream, err: stream, env: {}, cwd: '/' }, false)
    const stage = new Stage(terminal, plotOf(false))
    const synced = (at: string, revision: string) =>
      stage.world({ event: 'synced', at: `2026-01-12T${at}:30Z`, application: 'cart', revision })
    synced('09:05', 'aaaaaaaaaaaa')
    // Heard before the look that merged it has ended.
    synced('09:12', 'bbbbbbbbbbbb')
    stage.tick(tick('09:08', { done: 'merged', pull: 1, commit: 'bbbbbbbbbbbb' }))
    stage.tick(
      tick('09:20', {
        done: 'concluded',
        pull: 1,
        conclusion: { verdict: 'resolved', atMs: 0, because: 'the symptom stayed away' },
      }),
    )
    synced('09:21', 'cccccccccccc')
    stage.rest()
    const told = printed
      .join('')
      .split('\n')
      .filter((line) => line !== '')
    expect(told.map((line) => line.slice(0, 5))).toEqual(['09:05', '09:08', '09:12', '09:20', '09:21'])
    expect(told[1]).toContain('#1 merged')
    expect(told[2]).toContain('begins to sync bbbbbbbb')
  })

  it('call nothing found only of what there was never anything to say', () => {
    const stream = { isTerminal: false, columns: 80, write: () => undefined }
    const stage = new Stage(terminalOf({ out: stream, err: stream, env: {}, cwd: '/' }, false), plotOf(false))
    const [frontend, payments] = ['frontend', 'payments'].map((name) => `demo/shop/Deployment/${name}`)
    const look = { ...nothing, at: '2026-01-12T09:00:00Z', lanes: [] }
    stage.tick({ ...look, quiet: [frontend ?? '', payments ?? ''] })
    const done: LaneDocument['done'] = { done: 'noted', reason: 'notify-only' }
    stage.tick({
      ...look,
      lanes: [{ lane: frontend ?? '', subject: 'shop/frontend', step: 'note', done }],
      quiet: [payments ?? ''],
    })
    expect(stage.alone()).toEqual([
      { name: 'shop/frontend', spokenOf: true },
      { name: 'shop/payments', spokenOf: false },
    ])
  })
})
