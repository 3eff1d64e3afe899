import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../../src/adapters/github/http/refusals.ts'

/** Texts as they are quoted in public: status, GitHub's words, and what the bot takes them for. */
const TEXTS: readonly (readonly [status: number, text: string, kind: string])[] = [
  // Kargo's and Renovate's tables of the merge's answers.
  [405, 'Base branch was modified. Review and try the merge again.', 'not-mergeable'],
  [405, 'Pull Request is not mergeable', 'not-mergeable'],
  [405, 'Merge conflict', 'not-mergeable'],
  [405, 'Merge already in progress', 'not-mergeable'],
  [405, 'This branch can’t be rebased', 'not-mergeable'],
  [405, "This branch can't be rebased", 'not-mergeable'],
  [405, 'Pull Request is still a draft', 'not-mergeable'],
  [405, 'Squash merges are not allowed on this repository.', 'rules'],
  [405, 'Merge commits are not allowed on this repository.', 'rules'],
  [405, 'Rebase merges are not allowed on this repository.', 'rules'],
  [405, 'Required status check "ci/build" is expected.', 'rules'],
  [405, '3 of 4 required status checks are expected.', 'rules'],
  [405, 'Required status check "ci/build" is failing.', 'rules'],
  [405, 'At least 1 approving review is required by reviewers with write access.', 'rules'],
  [405, 'Waiting on code owner review from acme/platform.', 'rules'],
  [405, 'New changes require approval from someone other than the last pusher.', 'rules'],
  [405, 'Changes must be made through the merge queue', 'rules'],
  [405, 'Changes must be made through a pull request.', 'rules'],
  [405, 'Repository rule violations found\n\nCommits must have verified signatures.\n\n', 'rules'],
  [405, 'You are not authorized to push to this branch. Visit https://docs.github.com', 'forbidden'],
  [409, 'Head branch was modified. Review and try the merge again.', 'stale'],
  [409, 'anything else that conflicts', 'stale'],
  [409, 'Git Repository is empty.', 'not-found'],
  [403, 'Resource not accessible by integration', 'forbidden'],
  [403, 'Repository was archived so is read-only.', 'archived'],
  [404, 'Not Found', 'not-found'],
  [404, '', 'not-found'],
  [410, 'Issues has been disabled in this repository.', 'not-found'],
  // Creating.
  [422, 'Validation Failed: A pull request already exists for acme:kintsugi/cart.', 'exists'],
  [422, 'Reference already exists', 'exists'],
  [200, 'A ref named "refs/heads/kintsugi/cart" already exists in the repository.', 'exists'],
  [422, 'Validation Failed: No commits between main and kintsugi/cart', 'no-commits'],
  [422, 'Reference does not exist', 'not-found'],
  [422, 'Update is not a fast forward', 'stale'],
  [422, 'Validation Failed: title is too long (maximum is 256 characters)', 'invalid'],
  [422, 'Validation Failed: body is too long (maximum is 65536 characters)', 'invalid'],
  [200, `Expected branch to point to "${'a'.repeat(40)}" but it did not.  Pull and try again.`, 'stale'],
  [200, 'Could not resolve to a PullRequest with the number of 99.', 'not-found'],
  // Native auto-merge: peter-evans/enable-pull-request-automerge#343, #355, #822.
  [200, 'Pull request Pull request is in clean status', 'clean'],
  [200, 'Pull request Pull request is in unstable status', 'clean'],
  [200, 'Pull request Auto merge is not allowed for this repository', 'rules'],
  [200, 'Pull request Protected branch rules not configured for this branch', 'rules'],
  [200, 'Pull request Pull request is in dirty status', 'not-mergeable'],
  [200, 'Pull request is already in the queue', 'exists'],
]

describe('what GitHub says when it will not', () => {
  it.each(TEXTS)('%i %s: %s', (status, text, kind) => {
    expect(refusalOf(status, text).kind).toBe(kind)
  })

  it('takes what it does not know for invalid, with the words', () => {
    expect(refusalOf(422, 'Something new <b>')).toEqual({ kind: 'invalid', status: 422, text: 'Something new <b>' })
  })

  it("lets GraphQL's own type decide where the words do not", () => {
    expect(refusalOf(200, 'words that will change', 'STALE_DATA').kind).toBe('stale')
    expect(refusalOf(200, 'words that will change', 'FORBIDDEN').kind).toBe('forbidden')
    expect(refusalOf(200, 'words that will change', 'UNPROCESSABLE').kind).toBe('invalid')
  })

  it('is quick on hostile text, and keeps 2,000 characters of it', () => {
    const startMs = performance.now()
    for (const text of ['check '.repeat(50_000), 'a'.repeat(300_000), 'merge method '.repeat(20_000)])
      expect(refusalOf(422, text).text.length).toBeLessThanOrEqual(2000)
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})
