import { queueRule } from '../../world/merge-queue.ts'
import { findPull } from '../../world/pulls.ts'
import type { Repository } from '../../world/repositories.ts'
import { connect, PAGING } from '../connections.ts'
import { when } from '../context.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import { actorSource, commitSource, pullSource, type QueueEntrySource } from '../sources.ts'

export type QueueSource = { readonly type: 'MergeQueue'; readonly repo: Repository; readonly branch: string }

/** Null where the branch has no queue. */
export function queueSource(repo: Repository, branch: string): QueueSource | null {
  return queueRule(repo, branch) ? { type: 'MergeQueue', repo, branch } : null
}

const entriesOf = ({ repo, branch }: QueueSource) => repo.queue.filter((entry) => entry.baseRef === branch)

export const mergeQueue: Fields<QueueSource> = {
  id: field(({ repo, branch }) => nodeId('MergeQueue', repo.id, branch)),
  url: field(({ repo, branch }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}/queue/${branch}`),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  configuration: field(({ repo, branch }) => {
    const rule = queueRule(repo, branch)
    return rule
      ? {
          checkResponseTimeout: rule.check_response_timeout_minutes,
          maximumEntriesToBuild: rule.max_entries_to_build,
          maximumEntriesToMerge: rule.max_entries_to_merge,
          mergeMethod: rule.merge_method,
          mergingStrategy: rule.grouping_strategy,
          minimumEntriesToMerge: rule.min_entries_to_merge,
          minimumEntriesToMergeWaitTime: rule.min_entries_to_merge_wait_minutes,
        }
      : null
  }),
  entries: fieldWith([...PAGING], (source, args, _, name) =>
    connect(entriesOf(source), args, name, (entry) => ({ type: 'MergeQueueEntry', repo: source.repo, entry })),
  ),
}

export const mergeQueueEntry: Fields<QueueEntrySource> = {
  id: field(({ repo, entry }) => nodeId('MergeQueueEntry', repo.id, entry.id)),
  position: field(
    ({ repo, entry }) => entriesOf({ type: 'MergeQueue', repo, branch: entry.baseRef }).indexOf(entry) + 1,
  ),
  enqueuedAt: field(({ entry }) => when(entry.enqueuedAt)),
  enqueuer: field(({ entry }, _, context) => actorSource(context, entry.enqueuedBy)),
  estimatedTimeToMerge: field(() => null),
  jump: field(() => false),
  solo: field(() => false),
  state: field(({ entry }) => (entry.group ? 'AWAITING_CHECKS' : 'QUEUED')),
  baseCommit: field(({ repo, entry }) => (entry.group ? commitSource(repo, entry.group.base) : null)),
  headCommit: field(({ repo, entry }) => (entry.group ? commitSource(repo, entry.group.head) : null)),
  mergeQueue: field(({ repo, entry }) => queueSource(repo, entry.baseRef)),
  pullRequest: field(({ repo, entry }) => {
    const pull = findPull(repo, entry.pull)
    return pull ? pullSource(repo, pull) : null
  }),
}
