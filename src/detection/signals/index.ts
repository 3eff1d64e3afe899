import type { SignalId } from '../../domain/index.ts'

/** What a tick reads over a whole cluster. */
export const tickSignals: readonly SignalId[] = []

/** What the models' windows are made of. */
export const historySignals: readonly SignalId[] = [
  'memory-working-set',
  'cpu-usage',
  'restarts',
  'request-rate',
  'latency-p99',
  'error-ratio',
]
