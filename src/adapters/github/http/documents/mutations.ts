import { COMMIT, OPEN_PULL } from './pieces.ts'

type Part = { readonly variable: string; readonly type: string; readonly field: string }

const PARTS = {
  branch: { variable: 'branch', type: 'CreateRefInput!', field: 'createRef(input: $branch) { ref { id } }' },
  commit: {
    variable: 'commit',
    type: 'CreateCommitOnBranchInput!',
    field: 'createCommitOnBranch(input: $commit) { commit { ...Commit } }',
  },
  pull: {
    variable: 'pull',
    type: 'CreatePullRequestInput!',
    field: 'createPullRequest(input: $pull) { pullRequest { ...Open } }',
  },
  labels: {
    variable: 'labels',
    type: 'AddLabelsToLabelableInput!',
    field: 'addLabelsToLabelable(input: $labels) { clientMutationId }',
  },
  reviews: {
    variable: 'reviews',
    type: 'RequestReviewsInput!',
    field: 'requestReviews(input: $reviews) { clientMutationId }',
  },
  check: {
    variable: 'check',
    type: 'CreateCheckRunInput!',
    field: 'createCheckRun(input: $check) { checkRun { databaseId } }',
  },
  refs: { variable: 'refs', type: 'UpdateRefsInput!', field: 'updateRefs(input: $refs) { clientMutationId }' },
  arm: {
    variable: 'arm',
    type: 'EnablePullRequestAutoMergeInput!',
    field: 'enablePullRequestAutoMerge(input: $arm) { pullRequest { number } }',
  },
  disarm: {
    variable: 'disarm',
    type: 'DisablePullRequestAutoMergeInput!',
    field: 'disablePullRequestAutoMerge(input: $disarm) { pullRequest { number } }',
  },
  queue: {
    variable: 'queue',
    type: 'EnqueuePullRequestInput!',
    field: 'enqueuePullRequest(input: $queue) { mergeQueueEntry { id } }',
  },
  dequeue: {
    variable: 'dequeue',
    type: 'DequeuePullRequestInput!',
    field: 'dequeuePullRequest(input: $dequeue) { clientMutationId }',
  },
  comment: {
    variable: 'comment',
    type: 'UpdateIssueCommentInput!',
    field: 'updateIssueComment(input: $comment) { issueComment { id } }',
  },
  reaction: {
    variable: 'reaction',
    type: 'AddReactionInput!',
    field: 'addReaction(input: $reaction) { clientMutationId }',
  },
} as const satisfies Readonly<Record<string, Part>>

export type MutationPart = keyof typeof PARTS
export const MUTATION_PARTS = Object.keys(PARTS) as readonly MutationPart[]

/** One mutation with these parts, done in this order: root fields of a mutation run one after the other, and one that fails does not stop the next. */
export function mutationDocument(name: string, parts: readonly MutationPart[]): string {
  const fragments = parts.includes('pull') ? OPEN_PULL : parts.includes('commit') ? COMMIT : ''
  const variables = parts.map((part) => `$${PARTS[part].variable}: ${PARTS[part].type}`).join(', ')
  return `mutation ${name}(${variables}) {\n${parts.map((part) => `  ${part}: ${PARTS[part].field}`).join('\n')}\n}${fragments}`
}
