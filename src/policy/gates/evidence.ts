import type { Gate } from '../../domain/index.ts'
import { beyondBounds } from '../bounds.ts'
import { type GateInput, gate } from './input.ts'

export function judgeConfidence({ diagnosis, policy }: GateInput): Gate {
  const { confidence } = diagnosis
  // Rounded down: 0.7999 must not read as the 0.80 that it fails to reach.
  const value = `${(Math.floor(confidence * 100) / 100).toFixed(2)} of ${policy.confidenceThreshold}`
  return gate('confidence', confidence >= policy.confidenceThreshold, value, 'low-confidence')
}

export function judgeSignals({ diagnosis }: GateInput): Gate {
  const pass = diagnosis.independentSignals && diagnosis.failure !== 'Anomaly'
  return gate('independent signals', pass, pass ? 'two or more' : 'one', 'single-signal')
}

export function judgeData({ diagnosis }: GateInput): Gate {
  return gate('complete data', diagnosis.data === 'complete', diagnosis.data, 'data-partial')
}

export function judgeLimits({ changes, proof, policy, config }: GateInput): Gate {
  const beyond = beyondBounds(changes, proof.changes, policy.limits, config.ceiling)
  return gate('limits', beyond.length === 0, beyond[0] ?? 'within', 'at-maximum')
}
