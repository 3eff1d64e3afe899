import { describe, expect, it } from 'vitest'
import { type Step, whilePaused } from '../../src/controller/next-step.ts'
import type { Conclusion } from '../../src/domain/index.ts'
import { actOn, attemptOf, diagnosisOf, T0 } from '../fakes/incident.ts'

const attempt = attemptOf()
const diagnosis = diagnosisOf()
const conclusion: Conclusion = { verdict: 'resolved', atMs: T0, because: 'seen' }

describe('whilePaused', () => {
  it.each([
    { do: 'nothing' },
    { do: 'hold', reason: 'cooldown' },
    { do: 'await-sync', attempt, untilMs: T0 },
    { do: 'verify', attempt, untilMs: T0 },
    { do: 'disarm', pull: 1, reason: 'paused' },
    { do: 'dequeue', attempt, reason: 'paused', gates: [] },
  ] satisfies readonly Step[])('goes on to $do', (step) => {
    expect(whilePaused(step)).toEqual(step)
  })

  it.each([
    { do: 'notify', reason: 'no-policy', diagnosis },
    { do: 'propose', diagnosis, decision: actOn() },
    { do: 'step-on', diagnosis, decision: actOn(), after: 1 },
    { do: 'refresh', attempt },
    { do: 'merge', attempt, gates: [] },
    { do: 'enqueue', attempt, gates: [] },
    { do: 'arm', attempt, gates: [] },
    { do: 'prove-group', by: 'bot', attempt, group: 'g', gates: [] },
    { do: 'conclude', attempt, conclusion },
    { do: 'revert', verdict: 'harmful', attempt, because: 'seen', harm: [], evidence: [] },
    { do: 'escalate', attempt, reason: 'harmful', conclusion },
    { do: 'close', attempt, reason: 'no-longer-needed' },
  ] satisfies readonly Step[])('holds instead of $do, which would write', (step) => {
    expect(whilePaused(step)).toEqual({ do: 'hold', reason: 'paused' })
    expect(whilePaused(step, 'not-leader')).toEqual({ do: 'hold', reason: 'not-leader' })
  })
})
