import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { FAILURES, MODES, type Policy, stricterMode } from '../../src/domain/index.ts'
import { decide, effectiveMode, formatProblem, matchPolicies, parsePolicies } from '../../src/policy/index.ts'
import { cart, config, decideInput, policy } from './given.ts'

const GOOD = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata: {name: cart, namespace: shop}
spec:
  anomalyType: OOMKilled
  action: adjust-resources
  cooldownPeriod: 5m
  pullRequest: {mode: automerge, window: {timeZone: UTC, days: [Mon-Fri], hours: "08:00-17:00"}}
  limits: {memoryMax: 2Gi, cpuMax: "2"}
`

/** The good text with one piece taken out and something hostile put in. */
const mutated = fc
  .record({
    at: fc.nat(GOOD.length),
    length: fc.nat(12),
    piece: fc.oneof(
      fc.string(),
      fc.constantFrom(
        '*a',
        '&a',
        '{',
        '[',
        '}',
        '- ',
        '? ',
        ': ',
        '!!set',
        '\0',
        '---\n',
        '~',
        '"',
        '|\n',
        '%',
        '<<: *a',
      ),
    ),
  })
  .map(({ at, length, piece }) => GOOD.slice(0, at) + piece + GOOD.slice(at + length))

const origin = { from: 'resource', namespace: 'shop' } as const

describe('the strict reader', () => {
  it('answers every text with policies or problems at places that exist, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (text) => {
        const lines = text.split('\n').length
        const { problems } = parsePolicies(text, 'p.yaml', origin)
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThanOrEqual(1)
          expect(problem.line).toBeLessThanOrEqual(lines + 1)
          expect(problem.column).toBeGreaterThanOrEqual(1)
          expect(formatProblem(problem)).not.toContain('\n')
        }
        parseConfig(text, 'c.yaml')
      }),
      { numRuns: 400, seed: 1 },
    )
  })

  it('never gives a policy and a problem for one document', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const { policies, problems } = parsePolicies(text, 'p.yaml', origin)
        if (!text.includes('---')) expect(policies.length === 0 || problems.length === 0).toBe(true)
      }),
      { numRuns: 300, seed: 2 },
    )
  })
})

const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    enabled: fc.boolean(),
    mode: fc.constantFrom(...MODES),
    names: fc.constantFrom([], ['cart'], ['other']),
    matchLabels: fc.constantFrom({}, { tier: 'web' }, { tier: 'db' }),
    failure: fc.constantFrom(FAILURES[0], FAILURES[0], FAILURES[1]),
    origin: fc.constantFrom<Policy['origin']>(
      { from: 'operator', namespace: 'ops' },
      { from: 'repository', repo: 'r', file: 'f' },
      { from: 'resource', namespace: 'shop' },
      { from: 'resource', namespace: 'bank' },
    ),
  })
  .map(({ mode, names, matchLabels, ...rest }) => {
    const base = policy({ ...rest, workloads: { matchLabels, names } })
    return { ...base, pullRequest: { ...base.pullRequest, mode } }
  })

describe('matching', () => {
  const match = (policies: readonly Policy[]) =>
    matchPolicies({
      policies,
      subject: cart,
      failure: 'OOMKilled',
      labels: { tier: 'web' },
      repository: 'r',
      policyNamespaces: [],
    })

  it('does not depend on the order in which policies were read', () => {
    const both = fc
      .uniqueArray(anyPolicy, { maxLength: 6, selector: (one) => JSON.stringify(one) })
      .chain((policies) =>
        fc.tuple(fc.constant(policies), fc.shuffledSubarray(policies, { minLength: policies.length })),
      )
    fc.assert(
      fc.property(both, ([one, other]) => {
        expect(match(other).map((found) => JSON.stringify(found))).toEqual(
          match(one).map((found) => JSON.stringify(found)),
        )
      }),
      { numRuns: 1000, seed: 3 },
    )
  })

  it('never allows more than the ceiling, nor more than the deciding policy', () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { maxLength: 6 }), fc.constantFrom(...MODES), (policies, ceiling) => {
        const matched = match(policies)
        const mode = effectiveMode(matched, ceiling)
        const first = matched[0]
        expect(stricterMode(mode, ceiling)).toBe(mode)
        if (first?.enabled) expect(stricterMode(mode, first.pullRequest.mode)).toBe(mode)
      }),
      { numRuns: 1000, seed: 4 },
    )
  })

  it('lets one more policy take rights away or leave them, when it is of another kind and as narrow', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODES), fc.constantFrom(...MODES), (mine, theirs) => {
        const [one] = [policy({ pullRequest: { ...policy().pullRequest, mode: mine } })]
        const other = policy({
          origin: { from: 'repository', repo: 'r', file: 'f' },
          pullRequest: { ...policy().pullRequest, mode: theirs },
        })
        const alone = decide(decideInput({ policies: [one], repository: 'r', config: config() }))
        const both = decide(decideInput({ policies: [one, other], repository: 'r', config: config() }))
        if (alone.do !== 'act' || both.do !== 'act') throw new Error('both act')
        expect(stricterMode(both.mode, alone.mode)).toBe(both.mode)
      }),
    )
  })
})
