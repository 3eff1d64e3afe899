import { type DocumentNode, visit } from 'graphql'
import type { Level, Permissions } from './exchange.ts'

const CONTENTS = { contents: 'write' } as const
const PULLS = { pull_requests: 'write' } as const
const CHECKS = { checks: 'write' } as const
const ISSUES = { issues: 'write' } as const

/**
 * What a mutation needs of an installation. Source: the permissions of the REST operation that does the same
 * (docs.github.com, "Permissions required for GitHub Apps"), since GraphQL's reference names none.
 */
const MUTATIONS: Readonly<Record<string, Permissions>> = {
  createRef: CONTENTS,
  updateRef: CONTENTS,
  updateRefs: CONTENTS,
  deleteRef: CONTENTS,
  createCommitOnBranch: CONTENTS,
  mergeBranch: CONTENTS,
  mergePullRequest: CONTENTS,
  createPullRequest: PULLS,
  updatePullRequest: PULLS,
  closePullRequest: PULLS,
  reopenPullRequest: PULLS,
  requestReviews: PULLS,
  updatePullRequestBranch: PULLS,
  convertPullRequestToDraft: PULLS,
  markPullRequestReadyForReview: PULLS,
  addPullRequestReview: PULLS,
  dismissPullRequestReview: PULLS,
  revertPullRequest: { contents: 'write', pull_requests: 'write' },
  enablePullRequestAutoMerge: { contents: 'write', pull_requests: 'write' },
  disablePullRequestAutoMerge: { contents: 'write', pull_requests: 'write' },
  enqueuePullRequest: { contents: 'write', pull_requests: 'write' },
  dequeuePullRequest: { contents: 'write', pull_requests: 'write' },
  createCheckRun: CHECKS,
  updateCheckRun: CHECKS,
  createIssue: ISSUES,
  updateIssue: ISSUES,
  closeIssue: ISSUES,
  reopenIssue: ISSUES,
  createLabel: ISSUES,
  // On pull requests `pull_requests` is enough; an App that writes both needs both, so the sum is the same.
  addComment: PULLS,
  updateIssueComment: PULLS,
  deleteIssueComment: PULLS,
  minimizeComment: PULLS,
  addReaction: PULLS,
  addLabelsToLabelable: PULLS,
  removeLabelsFromLabelable: PULLS,
  addAssigneesToAssignable: PULLS,
}

/** What reading a field of a repository needs. */
const FIELDS: Readonly<Record<string, readonly [string, Level]>> = {
  object: ['contents', 'read'],
  ref: ['contents', 'read'],
  refs: ['contents', 'read'],
  pullRequest: ['pull_requests', 'read'],
  pullRequests: ['pull_requests', 'read'],
  associatedPullRequests: ['pull_requests', 'read'],
  issue: ['issues', 'read'],
  issues: ['issues', 'read'],
  checkSuites: ['checks', 'read'],
  statusCheckRollup: ['checks', 'read'],
  status: ['statuses', 'read'],
  mergeQueue: ['merge_queues', 'read'],
  mergeQueueEntry: ['merge_queues', 'read'],
  teams: ['members', 'read'],
}

/** The sum of what the fields of a document need. */
export function documentNeeds(document: DocumentNode, roots: readonly string[], writes: boolean): Permissions {
  const needed: Record<string, Level> = {}
  const add = (name: string, level: Level) => {
    if (needed[name] !== 'write') needed[name] = level
  }
  if (writes) {
    for (const root of roots) for (const [name, level] of Object.entries(MUTATIONS[root] ?? {})) add(name, level)
    return needed
  }
  visit(document, {
    Field(node) {
      const need = Object.hasOwn(FIELDS, node.name.value) ? FIELDS[node.name.value] : undefined
      if (need) add(...need)
    },
  })
  return Object.keys(needed).length > 0 ? needed : { metadata: 'read' }
}
