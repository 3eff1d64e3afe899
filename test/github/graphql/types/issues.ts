import { type Fields, field } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import type { IssueSource } from '../sources.ts'
import { threadFields, webOf } from './threads.ts'

export const issue: Fields<IssueSource> = {
  ...threadFields<IssueSource>(({ issue }) => issue),
  id: field(({ repo, issue }) => nodeId('Issue', repo.id, issue.number)),
  url: field(({ repo, issue }, _, context) => `${webOf(context, repo)}/issues/${issue.number}`),
  state: field(({ issue }) => issue.state.toUpperCase()),
  stateReason: field(({ issue }) => issue.stateReason?.toUpperCase() ?? null),
  isPinned: field(() => false),
}
