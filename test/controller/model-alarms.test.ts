import { describe, expect, it } from 'vitest'
import { type Alarm, withoutKnownEvents } from '../../src/controller/model-alarms.ts'
import { type Finding, type KnownEvent, measuredConfidence, voteShareOf } from '../../src/domain/index.ts'
import { parseSchedule } from '../../src/policy/index.ts'
import { cart } from '../policy/given.ts'

const MINUTE = 60_000
const STEP = 5 * MINUTE
const DAY = Date.UTC(2026, 2, 10)

function event(text: string, minutes: number, timeZone = 'UTC', name = 'backup'): KnownEvent {
  const parsed = parseSchedule(text)
  if ('problem' in parsed) throw new RangeError(parsed.problem)
  return { name, schedule: parsed.value, durationMs: minutes * MINUTE, timeZone }
}

function alarm(beganMs: number, events: readonly KnownEvent[]): Alarm {
  const finding: Finding = {
    ...{ subject: cart, failure: 'Anomaly', by: { votes: [], share: voteShareOf(0, 1) }, evidence: [] },
    ...{ confidence: measuredConfidence(0.6), startMs: beganMs, lastMs: beganMs, data: 'complete' },
  }
  return { finding, beganMs, events }
}

const at = (time: string): number => DAY + Date.parse(`1970-01-01T${time}Z`)

describe('alarms beside events that are known', () => {
  const backup = event('0 2 * * *', 45)

  it.each([
    ['began with it', '02:00', '02:20', true],
    ['began a row before it was seen to begin', '01:55', '02:20', true],
    ['began before it', '01:50', '02:20', false],
    ['began in its last minutes, and is looked at while they still are in rates', '02:40', '02:54', true],
    ['began in it and lasts', '02:40', '02:55', false],
    ['began as long after it as rates look back', '02:50', '02:54', true],
    ['began on another day', '02:10', '26:20', false],
  ])('are silent or told: one that %s', (_, began, now, silent) => {
    const [hours = 0, minutes = 0] = now.split(':').map(Number)
    const nowMs = DAY + (hours * 60 + minutes) * MINUTE
    const { told, silenced } = withoutKnownEvents([alarm(at(began), [backup])], nowMs, STEP)
    expect([told.length, silenced.length]).toEqual(silent ? [0, 1] : [1, 0])
  })

  it('are told apart by name, with the moment from which they are told', () => {
    const { silenced } = withoutKnownEvents([alarm(at('02:05'), [event('0 9 * * *', 60), backup])], at('02:30'), STEP)
    expect(silenced).toEqual([{ subject: cart, reason: 'known-event', message: 'backup, until 2026-03-10T02:55:00Z' }])
  })

  it('follow the zone of each event', () => {
    const zurich = event('0 2 * * *', 45, 'Europe/Zurich')
    expect(withoutKnownEvents([alarm(at('01:05'), [zurich])], at('01:30'), STEP).silenced).toHaveLength(1)
    expect(withoutKnownEvents([alarm(at('02:05'), [zurich])], at('02:30'), STEP).silenced).toHaveLength(0)
  })

  it('are told where none is declared', () => {
    const one = alarm(at('02:05'), [])
    expect(withoutKnownEvents([one], at('02:30'), STEP)).toEqual({ told: [one], silenced: [] })
  })
})
