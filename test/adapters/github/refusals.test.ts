import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../../src/adapters/github/api.ts'
import { denied, mergeAnswer, wordsOf } from '../../../src/adapters/github/refusals.ts'

function refusal(kind: Refusal['kind'], text: string): Refusal {
  return { kind, status: 405, text }
}

describe('what a refused merge means', () => {
  it.each([
    ['Base branch was modified. Review and try the merge again.', { result: 'waiting', by: 'mergeability-pending' }],
    ['Head branch is out of date. Review and try the merge again.', { result: 'recompute', reason: 'base-moved' }],
    ['Required status check "ci" is expected.', { result: 'waiting', by: 'checks-pending' }],
    ['3 of 3 required status checks have not succeeded: 1 expected.', { result: 'waiting', by: 'checks-pending' }],
    [
      'At least 1 approving review is required by reviewers with write access.',
      { result: 'waiting', by: 'awaiting-approval' },
    ],
    ['Waiting on code owner review from octo/sre.', { result: 'waiting', by: 'awaiting-approval' }],
    [
      'New changes require approval from someone other than the last pusher.',
      { result: 'waiting', by: 'awaiting-approval' },
    ],
    [
      'A conversation must be resolved before this pull request can be merged.',
      { result: 'waiting', by: 'awaiting-approval' },
    ],
    ['Changes must be made through the merge queue', { result: 'waiting', by: 'in-merge-queue' }],
    ['Pull Request is still a draft', { result: 'waiting', by: 'awaiting-merge' }],
    ['Squash merges are not allowed on this repository.', { result: 'stopped', reason: 'merge-refused' }],
    ['Commits must have verified signatures.', { result: 'stopped', reason: 'merge-refused' }],
    ['Merge conflict checking failed', { result: 'recompute', reason: 'conflict' }],
  ])('%s', (text, answer) => {
    for (const kind of ['not-mergeable', 'rules', 'invalid'] as const)
      expect(mergeAnswer(refusal(kind, text))).toEqual(answer)
  })

  it('is looked up where the text says nothing', () => {
    expect(mergeAnswer(refusal('not-mergeable', 'Pull Request is not mergeable'))).toBeUndefined()
  })

  it('is told by its kind where no text does', () => {
    expect(mergeAnswer(refusal('stale', 'x'))).toEqual({ result: 'stopped', reason: 'head-not-ours' })
    expect(mergeAnswer(refusal('archived', 'x'))).toEqual({ result: 'stopped', reason: 'repository-unavailable' })
    expect(mergeAnswer(refusal('forbidden', 'Resource not accessible by integration'))).toEqual({
      result: 'stopped',
      reason: 'permission-missing',
    })
    expect(mergeAnswer(refusal('rules', 'Repository rule violations found'))).toEqual({
      result: 'stopped',
      reason: 'ruleset',
    })
  })
})

describe('GitHub in its own words', () => {
  it('is one short line', () => {
    const words = wordsOf(refusal('rules', `a\n\nb${'c'.repeat(5000)}`))
    expect(words).toMatch(/^GitHub answered 405: a bc+$/)
    expect(words.length).toBeLessThan(400)
  })

  it('of a rule is named as one', () => {
    expect(denied(refusal('rules', 'Repository rule violations found\n\nbranch_name_pattern'))).toEqual({
      reason: 'ruleset',
      message: 'GitHub answered 405: Repository rule violations found branch_name_pattern',
    })
  })
})
