import { describe, expect, it } from 'vitest'
import { revertAllowed } from '../../src/remediation/index.ts'
import { attemptOf, recordOf } from '../fakes/incident.ts'
import { answersOf, cartApp, series } from '../fakes/series.ts'

const MI = 1024 ** 2
const memory = 'resources.limits.memory'
const rolledBack = recordOf({
  subject: cartApp,
  failure: 'CrashLoopBackOff',
  changes: [{ field: 'image', container: 'app', value: 'cart:1' }],
})

function ask(value: string | undefined, change: Partial<Parameters<typeof revertAllowed>[0]> = {}) {
  const restores = [{ field: memory, container: 'app', value }]
  return revertAllowed({ record: rolledBack, restores, attempts: [], answers: [], facts: {}, ...change })
}

describe('a revert', () => {
  it('is allowed where nothing speaks against it', () => {
    expect(ask('32Mi')).toEqual({ allowed: true })
  })

  it('of an OOM fix is refused, for the old limit is the one that killed', () => {
    const answer = ask('32Mi', { record: recordOf({ subject: cartApp }) })
    expect(answer).toMatchObject({ allowed: false, reason: 'revert-would-oom' })
  })

  it('is refused where a kill under an absurd limit is reported', () => {
    const answers = answersOf(
      series('memory-limit', cartApp, () => 2 ** 63),
      series('oom-killed', cartApp, (ago) => (ago > 60 && ago < 80 ? 1 : 0)),
    )
    expect(ask('32Mi', { answers })).toMatchObject({ allowed: false, reason: 'revert-would-oom' })
  })

  it.each([
    ['31Mi', false],
    ['32Mi', false],
    ['33Mi', true],
  ])('to %s, after a kill under 32Mi, is allowed: %s', (value, allowed) => {
    const answers = answersOf(
      series('memory-limit', cartApp, () => 32 * MI),
      series('oom-killed', cartApp, (ago) => (ago > 60 && ago < 80 ? 1 : 0)),
    )
    expect(ask(value, { answers }).allowed).toBe(allowed)
  })

  it.each([
    ['merged', false],
    ['closed', true],
  ] as const)('below what an earlier %s fix set against kills is allowed: %s', (state, allowed) => {
    expect(ask('64Mi', { attempts: [attemptOf({ pull: { state } })] }).allowed).toBe(allowed)
  })

  it('to no limit at all is allowed', () => {
    expect(ask(undefined, { record: recordOf({ subject: cartApp }) }).allowed).toBe(true)
  })

  it('of other fields is allowed', () => {
    const restores = [{ field: 'image', container: 'app', value: 'cart:2' }]
    expect(ask('', { restores, record: recordOf({ subject: cartApp }) }).allowed).toBe(true)
  })

  it('to what is not a quantity is refused', () => {
    expect(ask('lots').allowed).toBe(false)
  })
})
