import type { Table } from './fields.ts'
import { mutations } from './mutations/index.ts'
import { app, bot, organization, team, user } from './types/accounts.ts'
import { checkRun, checkSuite, statusContext } from './types/checks.ts'
import { blob, commit, statusCheckRollup, tree } from './types/commits.ts'
import { issue } from './types/issues.ts'
import { mergeQueue, mergeQueueEntry } from './types/merge-queue.ts'
import { pullRequest, review, reviewThread } from './types/pulls.ts'
import { query } from './types/query.ts'
import { comparison, ref } from './types/refs.ts'
import { repository } from './types/repository.ts'
import { repositoryRule, repositoryRuleset } from './types/rules.ts'
import { eventTables, issueComment, label } from './types/threads.ts'

/** Every type that the stand-in knows, with its fields. */
export const TABLE: Table = {
  Query: query,
  Mutation: mutations,
  User: user,
  Bot: bot,
  Organization: organization,
  Team: team,
  App: app,
  Repository: repository,
  Ref: ref,
  Comparison: comparison,
  Commit: commit,
  Tree: tree,
  Blob: blob,
  StatusCheckRollup: statusCheckRollup,
  CheckRun: checkRun,
  CheckSuite: checkSuite,
  StatusContext: statusContext,
  PullRequest: pullRequest,
  PullRequestReview: review,
  PullRequestReviewThread: reviewThread,
  Issue: issue,
  IssueComment: issueComment,
  Label: label,
  RepositoryRule: repositoryRule,
  RepositoryRuleset: repositoryRuleset,
  MergeQueue: mergeQueue,
  MergeQueueEntry: mergeQueueEntry,
  ...eventTables,
}
