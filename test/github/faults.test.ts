import { describe, expect, it } from 'vitest'
import { createFaults, createMemory, cutShort, stopped } from './faults.ts'

const MERGE = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'

describe('a fault plan', () => {
  it('strikes the nth matching request only', () => {
    const faults = createFaults()
    faults.set([{ kind: '502-after', match: MERGE, nth: [2] }])
    const met = [[MERGE], ['GET /app'], [MERGE], [MERGE]].map((operations) => faults.meet(operations).length)
    expect(met).toEqual([0, 0, 1, 0])
    expect(faults.report()).toMatchObject([{ matched: 3, struck: 1 }])
  })

  it('matches a verb, a root field, a kind of document, and everything', () => {
    const faults = createFaults()
    const meets = (match: string, ...operations: string[]) => {
      faults.set([{ kind: 'latency', match }])
      return faults.meet(operations).length === 1
    }
    expect(meets('PUT *', MERGE)).toBe(true)
    expect(meets('PUT *', 'GET /app')).toBe(false)
    expect(meets('mutation createPullRequest', 'mutation createRef', 'mutation createPullRequest')).toBe(true)
    expect(meets('mutation *', 'query repository')).toBe(false)
    expect(meets('*', 'query repository')).toBe(true)
  })

  it('decides by its seed, alike each time and close to its share', () => {
    const struck = (seed: number) => {
      const faults = createFaults()
      faults.set([{ kind: 'reset-after', match: '*', chance: 0.3, seed }])
      return Array.from({ length: 1000 }, () => faults.meet(['GET /app']).length)
    }
    const sum = (list: number[]) => list.reduce((total, one) => total + one, 0)
    expect(struck(1)).toEqual(struck(1))
    expect(struck(1)).not.toEqual(struck(2))
    expect(sum(struck(7))).toBeGreaterThan(240)
    expect(sum(struck(7))).toBeLessThan(360)
  })
})

describe('a document that stops in the middle', () => {
  const query =
    'mutation ($a: A!, $b: B!) { createRef(input: $a) { ref { id } } second: createPullRequest(input: $b) { clientMutationId } }'

  it('keeps its variables, and skips the fields after the cut', () => {
    const { body, left } = cutShort({ query, variables: { a: 1 } }, 1)
    expect(left).toEqual(['second'])
    expect(body.query).toContain('createPullRequest(input: $b) @skip(if: true)')
    expect(body.query).not.toContain('createRef(input: $a) @skip')
  })

  it('answers null and an error for what was left', () => {
    const whole = { status: 200, body: { data: { createRef: {} } } }
    const answer = stopped(whole, ['second'], 'ABCD')
    expect(answer.body).toMatchObject({ data: { createRef: {}, second: null }, errors: [{ path: ['second'] }] })
    expect(stopped(whole, [], 'ABCD')).toBe(whole)
  })
})

describe('the memory of stale reads', () => {
  it('recalls the answer before, and nothing that was never asked', () => {
    const memory = createMemory()
    memory.keep('x', { status: 200, body: 1 })
    memory.keep('x', { status: 200, body: 2 })
    expect(memory.recall('x', 1)?.body).toBe(2)
    expect(memory.recall('x', 2)?.body).toBe(1)
    expect(memory.recall('x', 3)).toBeUndefined()
    expect(memory.recall('y', 1)).toBeUndefined()
  })
})
