import { describe, expect, it } from 'vitest'
import { isNext, letsPass } from '../../src/controller/route.ts'
import type { Gate, Pull, PullFacts } from '../../src/domain/index.ts'
import { attemptOf, HOUR, pullOf, recordOf, T0 } from '../fakes/incident.ts'

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

describe('a proposal whose inputs moved', () => {
  const moved = attemptOf({ pull: open(4), record: recordOf({ inputs: { 'common.yaml': 'a', 'a.yaml': 'b' } }) })
  const other = (change: Partial<PullFacts> = {}, inputs: Readonly<Record<string, string>> = { 'common.yaml': 'c' }) =>
    attemptOf({
      pull: open(5, { state: 'blocked', pushedAtMs: NOW - HOUR / 3, ...change }),
      record: recordOf({ inputs }),
    })
  const passes = (one: ReturnType<typeof other>, mine = moved, asItIs = true) =>
    letsPass(mine, [mine, one], () => asItIs, NOW)

  it('lets one pass that was just computed on the same files', () => {
    expect(passes(other())).toBe(true)
  })

  it('lets none pass that is as stale, waits for long, conflicts, or reads other files', () => {
    expect(passes(other(), moved, false)).toBe(false)
    expect(passes(other({ pushedAtMs: NOW - HOUR }))).toBe(false)
    expect(passes(other({ mergeable: 'conflict' }))).toBe(false)
    expect(passes(other({}, { 'b.yaml': 'c' }))).toBe(false)
  })

  it('waits for nobody where it conflicts, is unsettled or takes back', () => {
    const { pull, record } = moved
    expect(passes(other(), { ...moved, pull: open(4, { mergeable: 'conflict' }) })).toBe(false)
    expect(passes(other(), { ...moved, pull: { ...pull, unsettled: true } })).toBe(false)
    expect(passes(other(), { ...moved, record: { ...record, kind: 'revert' } })).toBe(false)
  })
})
