import { CHECK, COMMENT, COMMIT, OPEN_PULL, PAGE } from './pieces.ts'

const LIMIT = 'rateLimit { cost limit remaining resetAt }'
const BACK = 'pageInfo { hasPreviousPage startCursor }'

/** One pull request, whatever its state. */
export const PULL = `query Pull($owner: String!, $name: String!, $number: Int!) {
  ${LIMIT}
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { ...Open } }
}${OPEN_PULL}`

/** Pull requests of one branch, with everything. */
export const PULLS_OF = `query PullsOf($owner: String!, $name: String!, $head: String!, $first: Int!, $after: String) {
  ${LIMIT}
  repository(owner: $owner, name: $name) {
    ofHead: pullRequests(headRefName: $head, first: $first, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
      ${PAGE}
      nodes { ...Open }
    }
  }
}${OPEN_PULL}`

const AWAITING = 'number headRefOid headRefName isCrossRepository author { __typename login }'

/** Everything that waits to be merged into a base, whoever wants it. */
export const AWAITING_OF = `query Awaiting($owner: String!, $name: String!, $base: String!, $after: String) {
  ${LIMIT}
  repository(owner: $owner, name: $name) {
    pulls: pullRequests(baseRefName: $base, states: [OPEN], first: 100, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
      ${PAGE}
      nodes { ${AWAITING} }
    }
    mergeQueue(branch: $base) { entries(first: 100) { nodes { headCommit { oid } pullRequest { ${AWAITING} } } } }
  }
}`

/** Id and state alone: mutations name a pull request by its id. */
export const PULL_ID = `query PullId($owner: String!, $name: String!, $number: Int!) {
  ${LIMIT}
  repository(owner: $owner, name: $name) { id pullRequest(number: $number) { id headRefOid } }
}`

export const REPOSITORY_ID = `query RepositoryId($owner: String!, $name: String!) {
  ${LIMIT}
  repository(owner: $owner, name: $name) { id }
}`

/** The rest of a pull request's lists, one page of one list at a time. */
export const MORE_OF_PULL = {
  comments: `query MoreComments($id: ID!, $cursor: String) {
  ${LIMIT}
  node(id: $id) { ... on PullRequest { list: comments(last: 100, before: $cursor) { ${BACK} nodes { ...Comment } } } }
}${COMMENT}`,
  commits: `query MoreCommits($id: ID!, $cursor: String) {
  ${LIMIT}
  node(id: $id) { ... on PullRequest { list: commits(last: 40, before: $cursor) { ${BACK} nodes { commit { ...Commit } } } } }
}${COMMIT}`,
  files: `query MoreFiles($id: ID!, $cursor: String) {
  ${LIMIT}
  node(id: $id) { ... on PullRequest { list: files(first: 100, after: $cursor) { ${PAGE} nodes { path } } } }
}`,
  reviews: `query MoreReviews($id: ID!, $cursor: String) {
  ${LIMIT}
  node(id: $id) {
    ... on PullRequest {
      list: latestOpinionatedReviews(first: 100, after: $cursor) {
        ${PAGE}
        nodes { state submittedAt authorCanPushToRepository author { __typename login } commit { oid } }
      }
    }
  }
}`,
  threads: `query MoreThreads($id: ID!, $cursor: String) {
  ${LIMIT}
  node(id: $id) { ... on PullRequest { list: reviewThreads(first: 100, after: $cursor) { ${PAGE} nodes { isResolved } } } }
}`,
} as const

/** Check runs and statuses of any commit. */
export const CHECKS = `query Checks($owner: String!, $name: String!, $oid: GitObjectID!, $cursor: String) {
  ${LIMIT}
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      ... on Commit { oid statusCheckRollup { contexts(first: 100, after: $cursor) { ${PAGE} nodes { ...Check } } } }
    }
  }
}${CHECK}`

/** One commit, as pull requests show theirs. */
export const ONE_COMMIT = `query OneCommit($owner: String!, $name: String!, $oid: GitObjectID!) {
  ${LIMIT}
  repository(owner: $owner, name: $name) { object(oid: $oid) { ...Commit } }
}${COMMIT}`

/** Commits of a branch or revision that touched a path. */
export const TOUCHING = `query Touching($owner: String!, $name: String!, $from: String!, $path: String!, $first: Int!) {
  ${LIMIT}
  repository(owner: $owner, name: $name) {
    object(expression: $from) { ... on Commit { history(first: $first, path: $path) { nodes { oid committedDate author { user { __typename login } name email } signature { isValid wasSignedByGitHub } } } } }
  }
}`

/** Ids of labels and of people, which mutations want. */
export function idsDocument(labels: number, people: number): string {
  const many = (count: number, of: (at: number) => string): string[] => Array.from({ length: count }, (_, at) => of(at))
  const variables = [
    '$owner: String!',
    '$name: String!',
    ...many(labels, (at) => `$label${at}: String!`),
    ...many(people, (at) => `$person${at}: String!`),
  ]
  return `query Ids(${variables.join(', ')}) {
  ${LIMIT}
  repository(owner: $owner, name: $name) {
    id
    ${many(labels, (at) => `label${at}: label(name: $label${at}) { id name }`).join('\n    ')}
  }
  ${many(people, (at) => `person${at}: user(login: $person${at}) { id login }`).join('\n  ')}
}`
}
