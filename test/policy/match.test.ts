import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/domain/index.ts'
import { type MatchInput, matchPolicies } from '../../src/policy/index.ts'
import { cart, policy, withMode } from './given.ts'

const repository = 'github.com/example/shop'
const operator: Policy['origin'] = { from: 'operator', namespace: 'kintsugi-policies' }
const inRepository: Policy['origin'] = { from: 'repository', repo: repository, file: '.kintsugi/policies/a.yaml' }
const byName = { workloads: { matchLabels: {}, names: ['cart'] } }
const byLabel = { workloads: { matchLabels: { tier: 'web' }, names: [] } }

function match(policies: readonly Policy[], change: Partial<MatchInput> = {}): string[] {
  const found = matchPolicies({
    policies,
    subject: cart,
    failure: 'OOMKilled',
    labels: { tier: 'web', app: 'cart' },
    repository,
    policyNamespaces: ['kintsugi-policies'],
    ...change,
  })
  return found.map(({ name }) => name)
}

describe('matchPolicies: which cover the workload', () => {
  it.each([
    ['its namespace', policy(), true],
    ['another namespace', policy({ targetNamespace: 'bank', origin: operator }), false],
    ['another failure', policy({ failure: 'MemoryLeak' }), false],
    ['its cluster', policy({ clusters: ['prod-us', 'prod-eu'] }), true],
    ['another cluster', policy({ clusters: ['prod-us'] }), false],
    ['its name', policy(byName), true],
    ['another name', policy({ workloads: { matchLabels: {}, names: ['checkout'] } }), false],
    ['its labels', policy(byLabel), true],
    ['labels that it lacks', policy({ workloads: { matchLabels: { tier: 'db' }, names: [] } }), false],
    [
      'its name with labels that it lacks',
      policy({ workloads: { matchLabels: { tier: 'db' }, names: ['cart'] } }),
      false,
    ],
    ['a label that every object has', policy({ workloads: { matchLabels: { constructor: 'x' }, names: [] } }), false],
  ])('%s: %s', (_, one, covered) => {
    expect(match([one])).toEqual(covered ? ['memory'] : [])
  })

  it('does not match labels when those of the workload are not known', () => {
    const { labels: _, ...rest } = { labels: {}, subject: cart, failure: 'OOMKilled' as const, policyNamespaces: [] }
    expect(matchPolicies({ ...rest, policies: [policy(byLabel)] })).toEqual([])
  })
})

describe('matchPolicies: who has a say', () => {
  const from = (namespace: string) => policy({ origin: { from: 'resource', namespace } })

  it.each([
    ['a resource in its own namespace', from('shop'), true],
    ['a resource of another namespace', from('bank'), false],
    ["a resource in one of the operator's policy namespaces", from('kintsugi-policies'), true],
    ["the operator's", policy({ origin: operator }), true],
    ['the repository that would be changed', policy({ origin: inRepository }), true],
    ['another repository', policy({ origin: { ...inRepository, repo: 'github.com/example/other' } }), false],
  ])('%s: %s', (_, one, has) => {
    expect(match([one])).toEqual(has ? ['memory'] : [])
  })

  it('asks no repository when none is known', () => {
    const policies = [policy({ origin: inRepository })]
    expect(matchPolicies({ policies, subject: cart, failure: 'OOMKilled', policyNamespaces: [] })).toEqual([])
  })
})

describe('matchPolicies: the order', () => {
  const ranks: readonly [string, Policy, Policy][] = [
    [
      'off by name before on by name, whoever says it',
      policy({ name: 'z', ...byName, enabled: false }),
      policy({ name: 'a', ...byName, origin: operator }),
    ],
    ['names before labels', policy({ name: 'z', ...byName }), policy({ name: 'a', ...byLabel, origin: operator })],
    ['labels before the namespace', policy({ name: 'z', ...byLabel }), policy({ name: 'a', origin: operator })],
    [
      'the operator before the repository',
      policy({ name: 'z', origin: operator }),
      policy({ name: 'a', origin: inRepository }),
    ],
    ['the repository before the resource', policy({ name: 'z', origin: inRepository }), policy({ name: 'a' })],
    ['off before any mode', policy({ name: 'z', enabled: false }), withMode('comment', { name: 'a' })],
    ['the stricter mode first', withMode('comment', { name: 'z' }), withMode('propose', { name: 'a' })],
    ['the name last', policy({ name: 'a' }), policy({ name: 'b' })],
  ]

  it.each(ranks)('%s', (_, first, second) => {
    const expected = [first.name, second.name]
    expect(match([first, second])).toEqual(expected)
    expect(match([second, first])).toEqual(expected)
  })

  it('lets a broad policy that is off give way to one that names the workload', () => {
    expect(match([policy({ name: 'off', enabled: false }), policy({ name: 'on', ...byName })])).toEqual(['on', 'off'])
  })
})
