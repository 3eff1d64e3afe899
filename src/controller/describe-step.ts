import type { Step } from './next-step.ts'

/** One line for logs and for `plan`. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'nothing':
      return 'nothing to do'
    case 'hold':
      return `hold: ${step.reason}`
    case 'notify':
      return `take note of ${step.diagnosis.failure}: ${step.reason}`
    case 'propose':
      return `propose ${step.decision.action} for ${step.diagnosis.failure}`
    case 'step-on':
      return `propose the next ${step.decision.action} after #${step.after}`
    case 'refresh':
      return `recompute #${step.attempt.pull.number} on the new base`
    case 'merge':
      return `merge #${step.attempt.pull.number}`
    case 'enqueue':
      return `put #${step.attempt.pull.number} into the merge queue`
    case 'arm':
      return `let the forge merge #${step.attempt.pull.number} once its checks are green`
    case 'prove-group':
      return `tell the merge queue whether what it built with #${step.attempt.pull.number} is what was proven`
    case 'dequeue':
      return `take #${step.attempt.pull.number} out of the merge queue: ${step.reason}`
    case 'disarm':
      return `take back that the forge merges #${step.pull}: ${step.reason}`
    case 'await-sync':
      return `wait until #${step.attempt.pull.number} is synced`
    case 'verify':
      return `watch what #${step.attempt.pull.number} did`
    case 'conclude':
      return `conclude #${step.attempt.pull.number}: ${step.conclusion.verdict}`
    case 'revert':
      return `take back #${step.attempt.pull.number}: ${step.because}`
    case 'escalate':
      return `ask people about #${step.attempt.pull.number}: ${step.reason}`
    case 'close':
      return `close #${step.attempt.pull.number}: ${step.reason}`
    default:
      return step satisfies never
  }
}
