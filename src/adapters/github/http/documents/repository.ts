import { BOTH_PULLS, ENDED_PULL, OPEN_PULL, PAGE } from './pieces.ts'
import { RULES } from './rules.ts'

/** Sizes of the first page of R. What is larger costs more pages, not a larger R. */
export const FIRST = { branches: 20, pullsOfBranch: 2, ended: 20, newest: 100, heads: 10, issues: 50 } as const

export type RepositoryShape = {
  readonly heads: number
  readonly labels: number
  readonly issues: boolean
}

const NEWEST = 'orderBy: { field: CREATED_AT, direction: DESC }'

function numbered(count: number, of: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => of(at)).join('\n    ')
}

function ofHead(at: number): string {
  return `head${at}: pullRequests(headRefName: $head${at}, first: ${FIRST.heads}, ${NEWEST}) { ${PAGE} nodes { ...Ended } }`
}

/**
 * R: one query for all that a reconcile reads. Only its shape depends on what is asked: names go in variables, never into the text.
 * GitHub charges by the shape: 11 points of 5,000 an hour, and 0.9 for each head.
 */
export function repositoryDocument({ heads, labels, issues }: RepositoryShape): string {
  const variables = [
    '$owner: String!',
    '$name: String!',
    '$base: String!',
    '$branch: String!',
    '$ours: String!',
    ...Array.from({ length: heads }, (_, at) => `$head${at}: String!`),
    ...Array.from({ length: labels }, (_, at) => `$label${at}: String!`),
    ...(issues ? ['$issueLabels: [String!]'] : []),
  ]
  return `query Repository(${variables.join(', ')}) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    id visibility isArchived hasIssuesEnabled deleteBranchOnMerge autoMergeAllowed
    mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed squashMergeCommitTitle squashMergeCommitMessage
    defaultBranchRef { name }
    base: ref(qualifiedName: $base) { ...Base }
    mergeQueue(branch: $branch) { id }
    rulesets(first: 20, includeParents: true, targets: [BRANCH]) {
      ${PAGE}
      nodes { name enforcement conditions { refName { include exclude } } rules(first: 50) { ${PAGE} nodes { ...Rule } } }
    }
    branches: refs(refPrefix: $ours, first: ${FIRST.branches}) {
      ${PAGE}
      nodes { name target { oid } associatedPullRequests(first: ${FIRST.pullsOfBranch}, states: [OPEN]) { nodes { ...Open } } }
    }
    ended: pullRequests(first: ${FIRST.ended}, states: [MERGED, CLOSED], orderBy: { field: UPDATED_AT, direction: DESC }) {
      ${PAGE}
      nodes { updatedAt ...Ended }
    }
    newest: pullRequests(first: ${FIRST.newest}, ${NEWEST}) {
      ${PAGE}
      nodes { createdAt headRefName isCrossRepository author { __typename login } }
    }
    ${issues ? ISSUES : ''}
    ${numbered(heads, ofHead)}
    ${numbered(labels, (at) => `label${at}: label(name: $label${at}) { id name }`)}
  }
}${BOTH_PULLS}${RULES}`
}

/** Pull requests of further heads than R asks for. */
export function headsDocument(heads: number): string {
  const variables = numbered(heads, (at) => `$head${at}: String!`)
  return `query MoreHeads($owner: String!, $name: String!, ${variables}) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    ${numbered(heads, ofHead)}
  }
}${ENDED_PULL}`
}

const ISSUE = `number state title body createdAt lastEditedAt
  author { __typename login }
  editor { __typename login }
  stateReason
  timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { __typename login } } } }`
const ISSUES = `issues(first: ${FIRST.issues}, labels: $issueLabels, orderBy: { field: CREATED_AT, direction: ASC }) { ${PAGE} nodes { ${ISSUE} } }`

/** More of what R shows the first page of. */
export const MORE = {
  branches: `query MoreBranches($owner: String!, $name: String!, $ours: String!, $after: String) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    branches: refs(refPrefix: $ours, first: ${FIRST.branches}, after: $after) {
      ${PAGE}
      nodes { name target { oid } associatedPullRequests(first: ${FIRST.pullsOfBranch}, states: [OPEN]) { nodes { ...Open } } }
    }
  }
}${OPEN_PULL}`,
  ended: `query MoreEnded($owner: String!, $name: String!, $after: String) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    ended: pullRequests(first: 50, after: $after, states: [MERGED, CLOSED], orderBy: { field: UPDATED_AT, direction: DESC }) {
      ${PAGE}
      nodes { updatedAt ...Ended }
    }
  }
}${ENDED_PULL}`,
  ofHead: `query MoreOfHead($owner: String!, $name: String!, $head: String!, $after: String, $first: Int!) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    ofHead: pullRequests(headRefName: $head, first: $first, after: $after, ${NEWEST}) { ${PAGE} nodes { ...Ended } }
  }
}${ENDED_PULL}`,
  issues: `query MoreIssues($owner: String!, $name: String!, $issueLabels: [String!], $after: String) {
  rateLimit { cost limit remaining resetAt }
  repository(owner: $owner, name: $name) {
    issues(first: 100, after: $after, labels: $issueLabels, orderBy: { field: CREATED_AT, direction: ASC }) { ${PAGE} nodes { ${ISSUE} } }
  }
}`,
} as const
