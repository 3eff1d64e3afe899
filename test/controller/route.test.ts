import { describe, expect, it } from 'vitest'
import { isNext } from '../../src/controller/route.ts'
import type { Gate, Pull, PullFacts } from '../../src/domain/index.ts'
import { HOUR, pullOf, T0 } from '../fakes/incident.ts'

const FACTS: PullFacts = {
  sha: 'a'.repeat(40),
  draft: false,
  mergeable: 'yes',
  state: 'behind',
  checks: [],
  reviews: [],
  unresolvedConversations: 0,
  disarmedByPerson: false,
  inMergeQueue: false,
  verified: true,
  pushedAtMs: T0,
}

function open(number: number, facts: Partial<PullFacts> = {}, change: Partial<Pull> = {}): Pull {
  return pullOf({ number, facts: { ...FACTS, ...facts }, ...change })
}

const PASSES: Gate = { name: 'mode', pass: true, value: 'automerge' }
const BEHIND: Gate = { name: 'mergeable', pass: false, value: 'behind the base', reason: 'base-moved' }
const NOW = T0 + 2 * HOUR

describe('the next in line for the newest base', () => {
  it('is one that nothing else holds', () => {
    expect(isNext(open(4), [open(4)], [PASSES, BEHIND], NOW)).toBe(true)
    expect(isNext(open(4, { state: 'clean' }), [], [PASSES], NOW)).toBe(false)
    expect(isNext(open(4, { inMergeQueue: true }), [], [PASSES, BEHIND], NOW)).toBe(false)
    const held: Gate = { name: 'reviews', pass: false, value: '0 of 1 approvals', reason: 'awaiting-approval' }
    expect(isNext(open(4), [], [PASSES, BEHIND, held], NOW)).toBe(false)
    expect(isNext(open(4), [], [], NOW)).toBe(false)
  })

  it('waits for one that has just got it, and for nothing that waits itself', () => {
    const next = (other: Pull) => isNext(open(4), [open(4), other], [PASSES, BEHIND], NOW)
    expect(next(open(7, { state: 'blocked', pushedAtMs: NOW - HOUR / 3 }))).toBe(false)
    expect(next(open(3, { state: 'blocked', pushedAtMs: NOW - HOUR }))).toBe(true)
    expect(next(open(3, { state: 'behind', pushedAtMs: NOW }))).toBe(true)
    expect(next(open(3, { state: 'blocked', pushedAtMs: NOW }, { base: 'other' }))).toBe(true)
    expect(next(open(3, { state: 'blocked', pushedAtMs: NOW }, { headIsOurs: false }))).toBe(true)
  })
})
