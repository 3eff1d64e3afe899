/** Parts of GraphQL documents that several of them share. Cost is by what is asked, not by what is found: each list inside a list counts once for each element of the outer. */

export const PAGE = 'pageInfo { hasNextPage endCursor }'

const WHO = '__typename login'

export const COMMIT = `
fragment Commit on Commit {
  oid message committedDate
  tree { oid }
  parents(first: 3) { nodes { oid } }
  author { user { ${WHO} } name email }
  committer { user { ${WHO} } name email }
  signature { isValid wasSignedByGitHub }
}`

export const COMMENT = `
fragment Comment on IssueComment {
  id body createdAt lastEditedAt
  author { ${WHO} }
  editor { ${WHO} }
}`

/** A check run or commit status. */
export const CHECK = `
fragment Check on StatusCheckRollupContext {
  __typename
  ... on CheckRun { name status conclusion completedAt checkSuite { app { databaseId } } }
  ... on StatusContext { context state createdAt }
}`

/** What every pull request is read with, whatever its state. Three lists. */
const PULL = `
fragment Pull on PullRequest {
  id number url state title body createdAt closedAt mergedAt lastEditedAt
  headRefName headRefOid baseRefName isCrossRepository isDraft
  author { ${WHO} }
  editor { ${WHO} }
  mergedBy { ${WHO} }
  mergeCommit { oid }
  labels(first: 100) { nodes { name } }
  files(first: 100) { ${PAGE} nodes { path } }
  timelineItems(last: 20, itemTypes: [CLOSED_EVENT, AUTO_MERGE_DISABLED_EVENT, AUTO_MERGE_ENABLED_EVENT, ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
    nodes {
      __typename
      ... on ClosedEvent { actor { ${WHO} } }
      ... on AutoMergeDisabledEvent { actor { ${WHO} } }
      ... on RemovedFromMergeQueueEvent { actor { ${WHO} } createdAt }
    }
  }
  latestOpinionatedReviews(first: 50) {
    ${PAGE}
    nodes { state submittedAt authorCanPushToRepository author { ${WHO} } commit { oid } }
  }
}`

/** An open pull request: 3 + 10 commits with their parents + comments, checks, threads. */
const OPEN = `
fragment Open on PullRequest {
  ...Pull
  mergeable mergeStateStatus isInMergeQueue
  mergeQueueEntry { position enqueuer { ${WHO} } headCommit { oid parents(first: 1) { nodes { oid } } } }
  autoMergeRequest { enabledBy { ${WHO} } }
  commits(last: 10) { totalCount pageInfo { hasPreviousPage startCursor } nodes { commit { ...Commit } } }
  comments(last: 100) { totalCount pageInfo { hasPreviousPage startCursor } nodes { ...Comment } }
  reviewThreads(first: 100) { ${PAGE} nodes { isResolved } }
  head: commits(last: 1) { nodes { commit { oid statusCheckRollup { contexts(first: 100) { ${PAGE} nodes { ...Check } } } } } }
}`

/** One that has ended: its newest commits and comments. */
const ENDED = `
fragment Ended on PullRequest {
  ...Pull
  commits(last: 3) { totalCount pageInfo { hasPreviousPage startCursor } nodes { commit { ...Commit } } }
  comments(last: 50) { totalCount pageInfo { hasPreviousPage startCursor } nodes { ...Comment } }
}`

export const OPEN_PULL = OPEN + PULL + COMMIT + COMMENT + CHECK
export const ENDED_PULL = ENDED + PULL + COMMIT + COMMENT
export const BOTH_PULLS = OPEN + ENDED + PULL + COMMIT + COMMENT + CHECK
