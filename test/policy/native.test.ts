import { describe, expect, it } from 'vitest'
import type { Gate, PullFacts } from '../../src/domain/index.ts'
import { mayArm } from '../../src/policy/index.ts'
import { check, facts, HEAD, OWN_APP, policy, rules } from './given.ts'

const open: Gate = { name: 'policy', pass: true, value: 'on' }
const waits: Gate = { name: 'required checks', pass: false, value: 'ci is awaited', reason: 'checks-pending' }
const blocked: Gate = { name: 'mergeable', pass: false, value: 'blocked', reason: 'forge-blocked' }
const running = (change: Partial<PullFacts> = {}) =>
  facts({ state: 'blocked', checks: [check({ state: 'running' })], ...change })
const accepting = policy({ pullRequest: { ...policy().pullRequest, acceptConclusions: ['neutral', 'skipped'] } })
const given = {
  gates: [open, waits, blocked],
  policy: accepting,
  rules: rules({ autoMerge: true }),
  self: { login: 'kintsugi', app: OWN_APP },
  facts: running(),
  allowed: true,
  freezes: false,
}

describe('mayArm', () => {
  it('while nothing but checks is awaited', () => {
    expect(mayArm(given)).toBe(true)
  })

  it.each([
    ['the operator does not allow it', { allowed: false }],
    ['there is a source of freezes', { freezes: true }],
    [
      'the policy has a window',
      {
        policy: {
          ...accepting,
          pullRequest: { ...accepting.pullRequest, window: { timeZone: 'UTC', days: [1], fromMinute: 0, toMinute: 9 } },
        },
      },
    ],
    ['the policy does not take skipped for green, as the forge does', { policy: policy() }],
    ['the repository does not allow it', { rules: rules() }],
    ['the rules are not known', { rules: rules({ autoMerge: true, known: false }) }],
    ['there is a queue', { rules: rules({ autoMerge: true, mergeQueue: true }) }],
    [
      'another gate is shut',
      { gates: [open, waits, { name: 'freeze', pass: false, value: '', reason: 'frozen' } as const] },
    ],
    ['nothing is awaited: it is merged by ourselves', { gates: [open] }],
    ['there is no gate', { gates: [] }],
    ['a check has never reported on this commit', { facts: running({ checks: [] }) }],
    ['it reported on another commit', { facts: running({ checks: [check({ sha: 'f'.repeat(40) })] }) }],
    ['a person switched it off', { facts: running({ disarmedByPerson: true }) }],
    ['it is a draft', { facts: running({ draft: true }) }],
    ['nothing is read of it', { facts: undefined }],
  ])('not where %s', (_says, change) => {
    expect(HEAD).toBe(given.facts.sha)
    expect(mayArm({ ...given, ...change })).toBe(false)
  })
})
