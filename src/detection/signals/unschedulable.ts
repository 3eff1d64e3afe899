import { applicationSuffers } from './company.ts'
import { isFlagged, OBSERVED, type SignalRule } from './rule.ts'

/** Ten minutes give a cluster autoscaler time to bring a node. */
export const unschedulable: SignalRule = {
  id: 'unschedulable',
  failure: 'Unschedulable',
  prior: OBSERVED,
  decides: 'unschedulable',
  helps: ['error-ratio', 'request-rate'],
  threshold: 1,
  exceeds: isFlagged,
  persistence: { samples: 2, ms: 10 * 60_000 },
  company: (view, run) => ({ seen: applicationSuffers(view, run) }),
}
