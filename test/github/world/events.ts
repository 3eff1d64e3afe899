import type { Account, App, Installation } from './accounts.ts'
import type { CheckRun, CheckSuite, CommitStatus } from './checks.ts'
import type { Comment, Issue, Pull, Review } from './issues.ts'
import type { Label, QueueEntry, Repository } from './repositories.ts'

type InRepository = { readonly repository: Repository; readonly sender: Account }

/** A change, under the name of GitHub's event. What it is about is the live value: read it when the payload is built. */
export type WorldEvent =
  | (InRepository & {
      readonly event: 'push'
      readonly ref: string
      readonly before: string
      readonly after: string
      readonly forced: boolean
    })
  | (InRepository & { readonly event: 'create' | 'delete'; readonly ref: string })
  | (InRepository & {
      readonly event: 'pull_request'
      readonly action:
        | 'opened'
        | 'closed'
        | 'reopened'
        | 'edited'
        | 'synchronize'
        | 'labeled'
        | 'unlabeled'
        | 'review_requested'
        | 'review_request_removed'
        | 'auto_merge_enabled'
        | 'auto_merge_disabled'
        | 'enqueued'
        | 'dequeued'
        | 'ready_for_review'
        | 'converted_to_draft'
      readonly pull: Pull
      readonly label?: Label
      /** Login, or `org/slug` of a team. */
      readonly reviewer?: string
      /** Heads, of synchronize. */
      readonly before?: string
      readonly after?: string
      /** Former texts, of edited. */
      readonly changes?: { readonly title?: string; readonly body?: string; readonly base?: string }
    })
  | (InRepository & {
      readonly event: 'pull_request_review'
      readonly action: 'submitted' | 'dismissed'
      readonly pull: Pull
      readonly review: Review
    })
  | (InRepository & {
      readonly event: 'issue_comment'
      readonly action: 'created' | 'edited' | 'deleted'
      readonly thread: Issue | Pull
      readonly comment: Comment
      readonly formerBody?: string
    })
  | (InRepository & {
      readonly event: 'issues'
      readonly action: 'opened' | 'closed' | 'reopened' | 'edited' | 'labeled' | 'unlabeled'
      readonly issue: Issue
      readonly label?: Label
      readonly changes?: { readonly title?: string; readonly body?: string }
    })
  | (InRepository & {
      readonly event: 'check_run'
      readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action'
      readonly run: CheckRun
      /** Identifier of the button, of requested_action. */
      readonly identifier?: string
    })
  | (InRepository & {
      readonly event: 'check_suite'
      readonly action: 'requested' | 'rerequested' | 'completed'
      readonly suite: CheckSuite
    })
  | (InRepository & { readonly event: 'status'; readonly status: CommitStatus })
  | (InRepository & {
      readonly event: 'merge_group'
      readonly action: 'checks_requested' | 'destroyed'
      readonly entry: QueueEntry
      readonly reason?: 'merged' | 'invalidated' | 'dequeued'
    })
  | (InRepository & { readonly event: 'repository'; readonly action: 'created' | 'edited' | 'archived' })
  | {
      readonly event: 'installation'
      readonly action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted'
      readonly app: App
      readonly installation: Installation
      readonly sender: Account
    }
  | {
      readonly event: 'installation_repositories'
      readonly action: 'added' | 'removed'
      readonly app: App
      readonly installation: Installation
      readonly repositories: readonly Repository[]
      readonly sender: Account
    }

export type Listener = (event: WorldEvent) => void

/** Tells each listener of every change, in order, right after it happened. */
export type Events = { on(listener: Listener): () => void; emit(event: WorldEvent): void }

export function createEvents(): Events {
  const listeners = new Set<Listener>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit(event) {
      for (const listener of [...listeners]) listener(event)
    },
  }
}
