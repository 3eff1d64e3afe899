import { applicationSuffers } from './company.ts'
import { isFlagged, OBSERVED, type SignalRule } from './rule.ts'

export const imagePull: SignalRule = {
  id: 'image-pull',
  failure: 'ImagePullBackOff',
  prior: OBSERVED,
  decides: 'image-pull',
  helps: ['error-ratio', 'request-rate'],
  threshold: 1,
  exceeds: isFlagged,
  persistence: { samples: 2, ms: 0 },
  company: (view, run) => ({ seen: applicationSuffers(view, run) }),
}
