import { applicationSuffers } from './company.ts'
import { isFlagged, OBSERVED, type SignalRule } from './rule.ts'

/** Restarts and missing replicas come from the same exporter, so only what the application's clients see is a second witness. */
export const crashLoop: SignalRule = {
  id: 'crash-loop',
  failure: 'CrashLoopBackOff',
  prior: OBSERVED,
  decides: 'crash-loop',
  helps: ['error-ratio', 'request-rate'],
  threshold: 1,
  exceeds: isFlagged,
  persistence: { samples: 2, ms: 0 },
  company: (view, run) => ({ seen: applicationSuffers(view, run) }),
}
