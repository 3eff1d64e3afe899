import { applicationSuffers } from './company.ts'
import { isFlagged, OBSERVED, type SignalRule } from './rule.ts'

/** The progress deadline has its own patience (10 minutes by default), so two samples are enough here. */
export const rolloutFailed: SignalRule = {
  id: 'rollout-failed',
  failure: 'FailedRollout',
  prior: OBSERVED,
  decides: 'rollout-failed',
  helps: ['error-ratio', 'request-rate'],
  threshold: 1,
  exceeds: isFlagged,
  persistence: { samples: 2, ms: 0 },
  company: (view, run) => ({ seen: applicationSuffers(view, run) }),
}
