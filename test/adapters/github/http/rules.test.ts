import { describe, expect, it } from 'vitest'
import { nodeOf } from '../../../../src/adapters/github/http/json.ts'
import { baseRules, matches } from '../../../../src/adapters/github/http/rules.ts'

const REPOSITORY = {
  autoMergeAllowed: true,
  squashMergeAllowed: true,
  mergeCommitAllowed: true,
  rebaseMergeAllowed: true,
  mergeQueue: null,
}

function rules(base: object, repository: object = {}) {
  return baseRules(
    nodeOf({ ...REPOSITORY, rulesets: { nodes: [] }, ...repository }),
    nodeOf({ rules: { nodes: [] }, ...base }),
    'kintsugi/any',
    'main',
  )
}

const rule = (type: string, parameters: object | null = null) => ({
  type,
  repositoryRuleset: { name: 'house' },
  parameters,
})

describe('rules of a base', () => {
  it('come from rulesets', () => {
    const nodes = [
      rule('REQUIRED_STATUS_CHECKS', {
        strictRequiredStatusChecksPolicy: true,
        requiredStatusChecks: [
          { context: 'ci', integrationId: 9 },
          { context: 'lint', integrationId: null },
        ],
      }),
      rule('PULL_REQUEST', {
        requiredApprovingReviewCount: 2,
        requireCodeOwnerReview: true,
        requireLastPushApproval: true,
        requiredReviewThreadResolution: true,
        allowedMergeMethods: ['SQUASH', 'MERGE'],
      }),
      rule('REQUIRED_LINEAR_HISTORY'),
      rule('REQUIRED_SIGNATURES'),
      rule('DELETION'),
      rule('WORKFLOWS', {}),
    ]
    expect(rules({ rules: { nodes } })).toMatchObject({
      known: true,
      requiredChecks: [{ name: 'ci', app: 9 }, { name: 'lint' }],
      upToDate: true,
      approvals: 2,
      codeOwners: true,
      lastPushApproval: true,
      conversationsResolved: true,
      signatures: true,
      mergeMethods: ['squash'],
      others: ['house: workflows'],
    })
  })

  it('are not all known where a list was cut or classic protection is not shown', () => {
    expect(rules({ rules: { nodes: [], pageInfo: { hasNextPage: true } } }).known).toBe(false)
    expect(rules({ rules: null }).known).toBe(false)
    expect(rules({}, { rulesets: null }).known).toBe(false)
    const part = { requiredStatusCheckContexts: ['ci'], requiresSignatures: true }
    expect(rules({ refUpdateRule: part })).toMatchObject({
      known: false,
      unread: 'classic-protection',
      requiredChecks: [{ name: 'ci' }],
      signatures: true,
    })
  })

  it('come from classic protection where it is shown', () => {
    const full = {
      requiresStatusChecks: true,
      requiresStrictStatusChecks: true,
      requiredStatusChecks: [{ context: 'ci', app: { databaseId: 9 } }],
      requiresCommitSignatures: true,
      lockBranch: true,
    }
    expect(rules({ branchProtectionRule: full })).toMatchObject({
      known: true,
      requiredChecks: [{ name: 'ci', app: 9 }],
      upToDate: true,
      signatures: true,
      others: ['branch protection: lockBranch'],
    })
  })

  it('hold names of active rulesets that cover our branches, and no others', () => {
    const set = (enforcement: string, include: string[], exclude: string[], pattern: string) => ({
      name: pattern,
      enforcement,
      conditions: { refName: { include, exclude } },
      rules: { nodes: [rule('BRANCH_NAME_PATTERN', { name: null, operator: 'starts_with', pattern, negate: false })] },
    })
    const nodes = [
      set('ACTIVE', ['~ALL'], [], 'all'),
      set('ACTIVE', ['refs/heads/kintsugi/**/*'], [], 'ours'),
      set('ACTIVE', ['~ALL'], ['refs/heads/kintsugi/*'], 'not ours'),
      set('ACTIVE', ['~DEFAULT_BRANCH'], [], 'main'),
      set('DISABLED', ['~ALL'], [], 'off'),
    ]
    expect(rules({}, { rulesets: { nodes } }).names.map(({ pattern }) => pattern)).toEqual(['all', 'ours'])
  })

  it.each([
    ['refs/heads/*', 'refs/heads/main', true],
    ['refs/heads/*', 'refs/heads/a/b', false],
    ['refs/heads/**/*', 'refs/heads/a/b', true],
    ['refs/heads/**/*', 'refs/heads/a', true],
    ['refs/heads/rel?ase-*', 'refs/heads/release-1', true],
    ['refs/heads/a*b*c', 'refs/heads/axxbyyc', true],
  ])('%s takes %s: %s', (pattern, ref, expected) => {
    expect(matches(pattern, ref)).toBe(expected)
  })

  it('are matched in little time, whatever the pattern', () => {
    const startMs = performance.now()
    matches(`${'*a'.repeat(500)}b`, 'a'.repeat(200))
    matches('**/'.repeat(100), 'a/'.repeat(100))
    expect(performance.now() - startMs).toBeLessThan(1000)
  })
})
