import type { Reason } from '../../domain/index.ts'
import type { MergeResult } from '../../ports/index.ts'
import type { Refusal } from './api.ts'
import type { Denied } from './desk.ts'

const MOST_TEXT = 300

/** GitHub's own words, cut and on one line. They are hostile: whoever shows them escapes them. */
export function wordsOf({ status, text }: Refusal): string {
  return `GitHub answered ${status}: ${text.replace(/\s+/g, ' ').slice(0, MOST_TEXT)}`
}

const REASONS: Readonly<Partial<Record<Refusal['kind'], Reason>>> = {
  archived: 'repository-unavailable',
  'not-found': 'repository-unavailable',
  forbidden: 'permission-missing',
  rules: 'ruleset',
}

/** A refusal that no second look changes. */
export function denied(refusal: Refusal): Denied {
  return { reason: REASONS[refusal.kind] ?? 'forge-refused', message: wordsOf(refusal) }
}

type Answer = Exclude<MergeResult, { readonly result: 'merged' }>

/**
 * GitHub answers a merge with 405 for everything; only the text tells. The first that fits wins. Texts: Kargo's and Renovate's code, and the
 * documentation of rulesets.
 */
const MERGE_TEXTS: readonly (readonly [RegExp, Answer])[] = [
  [/head branch is out of date|not up to date|out-of-date/i, { result: 'recompute', reason: 'base-moved' }],
  [/merge conflict/i, { result: 'recompute', reason: 'conflict' }],
  [/base branch was modified/i, { result: 'waiting', by: 'mergeability-pending' }],
  [/merge queue/i, { result: 'waiting', by: 'in-merge-queue' }],
  [/draft/i, { result: 'waiting', by: 'awaiting-merge' }],
  [/required status check|required workflow|code scanning|deployment/i, { result: 'waiting', by: 'checks-pending' }],
  [/review|approval|last pusher|changes were requested|conversation/i, { result: 'waiting', by: 'awaiting-approval' }],
  [/not allowed|verified signatures|signed/i, { result: 'stopped', reason: 'merge-refused' }],
]

/** What a refused merge means. Undefined where only a fresh look at the pull request can tell. */
export function mergeAnswer(refusal: Refusal): Answer | undefined {
  switch (refusal.kind) {
    case 'stale':
      return { result: 'stopped', reason: 'head-not-ours' }
    case 'archived':
    case 'not-found':
      return { result: 'stopped', reason: 'repository-unavailable' }
    case 'forbidden':
      return byText(refusal.text) ?? { result: 'stopped', reason: 'permission-missing' }
    case 'invalid':
      return byText(refusal.text) ?? { result: 'stopped', reason: 'merge-refused' }
    case 'rules':
      return byText(refusal.text) ?? { result: 'stopped', reason: 'ruleset' }
    default:
      return byText(refusal.text)
  }
}

function byText(text: string): Answer | undefined {
  const start = text.slice(0, 2000)
  return MERGE_TEXTS.find(([pattern]) => pattern.test(start))?.[1]
}
