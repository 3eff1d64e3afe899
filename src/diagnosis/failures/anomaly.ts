import { type FailureKind, named } from './failure.ts'

/** Only models saw it, so nothing is known but which metrics are unlike themselves. */
export const anomaly: FailureKind = {
  failure: 'Anomaly',
  // A Job beside it is no symptom.
  watch: (finding) => [...new Set(finding.evidence.map((one) => one.signal).filter((id) => id !== 'job-active'))],
  followsImage: true,
  says: (subject) => `${named(subject)} behaves unlike before`,
}
