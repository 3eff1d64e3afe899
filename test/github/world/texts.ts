/**
 * What GitHub answers. Quoted from public issues, documentation and other bots' tests (see the conformance list); those marked
 * "our wording" are not quoted anywhere we found, so nothing may depend on their letters.
 */
export const TEXTS = {
  headModified: 'Head branch was modified. Review and try the merge again.',
  baseModified: 'Base branch was modified. Review and try the merge again.',
  notMergeable: 'Pull Request is not mergeable',
  draft: 'Pull Request is still a draft',
  closed: 'Pull Request is not mergeable',
  queue: 'Changes must be made through the merge queue',
  throughPull: 'Changes must be made through a pull request.',
  lastPush: 'New changes require approval from someone other than the last pusher.',
  signatures: 'Commits must have verified signatures.',
  rebaseUnsigned: 'Base branch requires signed commits. Rebase merges cannot be automatically signed by GitHub.',
  linear: 'This branch must not contain merge commits.',
  conversations: 'All comments must be resolved.',
  creation: 'Cannot create ref due to creations being restricted.',
  update: 'Cannot update this protected ref.',
  deletion: 'Cannot delete this protected ref.',
  forcePush: 'Cannot force-push to this branch',
  referenceExists: 'Reference already exists',
  referenceMissing: 'Reference does not exist',
  notFastForward: 'Update is not a fast forward',
  forbidden: 'Resource not accessible by integration',
  forbiddenUser: 'Must have admin rights to Repository.',
  archived: 'Repository was archived so is read-only.',
  noRulesForAutoMerge: 'Pull request Protected branch rules not configured for this branch',
  autoMergeOff: 'Pull request Auto merge is not allowed for this repository',
} as const

export const noApprovals = (count: number): string =>
  `At least ${count} approving review${count === 1 ? ' is' : 's are'} required by reviewers with write access.`

export const waitingForOwners = (owners: readonly string[]): string =>
  `Waiting on code owner review from ${owners.join(' and/or ')}.`

export const checkExpected = (name: string): string => `Required status check "${name}" is expected.`

/** Our wording after the number. */
export const checksMissing = (names: readonly string[]): string =>
  names.length === 1
    ? checkExpected(names[0] ?? '')
    : `${names.length} of ${names.length} required status checks are expected.`

export const checkRunning = (name: string): string => `Required status check "${name}" is in progress.`
export const checkFailing = (name: string): string => `Required status check "${name}" is failing.`

const METHOD_NAMES = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' } as const
export const methodNotAllowed = (method: keyof typeof METHOD_NAMES): string =>
  `${METHOD_NAMES[method]} are not allowed on this repository.`

export const ruleViolations = (messages: readonly string[]): string =>
  `Repository rule violations found\n\n${messages.join('\n\n')}\n\n`

/** Our wording. */
export const patternViolated = (what: string, pattern: string): string =>
  `${what} must match a given pattern: ${pattern}`

/** Our wording. */
export const pathRestricted = (path: string): string => `File path ${path} is restricted.`

export const workflowsRefused = (path: string): string =>
  `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`

export const staleData = (expected: string): string =>
  `Expected branch to point to "${expected}" but it did not.  Pull and try again.`
