import { millicoresQuantity } from '../../domain/index.ts'
import { type FailureKind, named } from './failure.ts'

export const cpuThrottling: FailureKind = {
  failure: 'CPUThrottling',
  watch: () => ['cpu-throttled'],
  sizedBy: ['cpu-usage', 'cpu-limit', 'replicas-desired'],
  followsImage: false,
  says(subject, observed) {
    const limit = observed.cpuLimitCores
    const at = limit === undefined ? '' : ` at a CPU limit of ${millicoresQuantity(Math.round(limit * 1000)).text}`
    return `${named(subject)} is throttled${at}`
  },
}
