import { bytesQuantity } from '../../domain/index.ts'
import { type FailureKind, named } from './failure.ts'

export const oomKilled: FailureKind = {
  failure: 'OOMKilled',
  watch: () => ['oom-killed'],
  sizedBy: ['oom-killed', 'memory-limit', 'memory-working-set'],
  followsImage: true,
  says(subject, observed) {
    const limit = observed.oomLimitBytes ?? observed.memoryLimitBytes
    const under = limit === undefined ? '' : ` under a memory limit of ${bytesQuantity(Math.round(limit)).text}`
    return `${named(subject)} was OOM-killed${under}`
  },
}
