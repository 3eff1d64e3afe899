const PATTERN = 'name operator pattern negate'

const PARAMETERS = `
  __typename
  ... on RequiredStatusChecksParameters {
    strictRequiredStatusChecksPolicy
    requiredStatusChecks { context integrationId }
  }
  ... on PullRequestParameters {
    allowedMergeMethods requireCodeOwnerReview requireLastPushApproval
    requiredApprovingReviewCount requiredReviewThreadResolution
  }
  ... on BranchNamePatternParameters { ${PATTERN} }
  ... on CommitMessagePatternParameters { ${PATTERN} }
  ... on CommitAuthorEmailPatternParameters { ${PATTERN} }
  ... on CommitterEmailPatternParameters { ${PATTERN} }
  ... on FilePathRestrictionParameters { restrictedFilePaths }`

/** One rule of a ruleset, with the parameters that we know. */
const RULE = `
fragment Rule on RepositoryRule {
  type
  repositoryRuleset { name }
  parameters { ${PARAMETERS} }
}`

/** Everything that speaks of merging into a base branch. Classic protection is seen in full only by administrators; `refUpdateRule` says that there is one. */
const BASE = `
fragment Base on Ref {
  name
  target { oid ... on Commit { tree { oid } } }
  rules(first: 100) { pageInfo { hasNextPage } nodes { ...Rule } }
  refUpdateRule { requiredStatusCheckContexts requiredApprovingReviewCount requiresCodeOwnerReviews requiresConversationResolution requiresLinearHistory requiresSignatures }
  branchProtectionRule {
    requiresStatusChecks requiresStrictStatusChecks requiredStatusChecks { context app { databaseId } }
    requiresApprovingReviews requiredApprovingReviewCount requiresCodeOwnerReviews requireLastPushApproval
    requiresConversationResolution requiresCommitSignatures requiresLinearHistory requiresDeployments lockBranch restrictsPushes
  }
}`

export const RULES = BASE + RULE
