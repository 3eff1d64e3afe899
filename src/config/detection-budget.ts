import { type DetectionBudget, toBytes } from '../domain/index.ts'
import { mapped, number, object, optional, quantity, type Reader, withDefault } from '../policy/index.ts'

const GIBIBYTE = 1024 ** 3

/** The models of a thousand workloads with sixteen metrics take half as much again in memory: what was judged longest ago comes back from disk. */
export const DEFAULT_BUDGET: DetectionBudget = {
  memoryBytes: GIBIBYTE / 2,
  diskBytes: 2 * GIBIBYTE,
  requestsPerMinute: 60,
  samplesPerRequest: 500_000,
}

const bytes = (mostGibibytes: number): Reader<number> =>
  mapped(quantity('bytes'), (told) => {
    const value = toBytes(told)
    return value <= mostGibibytes * GIBIBYTE ? { value } : { problem: `expected at most ${mostGibibytes}Gi` }
  })

/** What fits may take: memory, disk, threads, and what is asked of Prometheus for them. */
export const budget: Reader<DetectionBudget> = mapped(
  object({
    memory: withDefault(bytes(64), DEFAULT_BUDGET.memoryBytes),
    disk: withDefault(bytes(1024), DEFAULT_BUDGET.diskBytes),
    workers: optional(number({ least: 1, most: 64, whole: true })),
    requestsPerMinute: withDefault(number({ least: 1, most: 6000, whole: true }), DEFAULT_BUDGET.requestsPerMinute),
    samplesPerRequest: withDefault(
      number({ least: 10_000, most: 10_000_000, whole: true }),
      DEFAULT_BUDGET.samplesPerRequest,
    ),
  }),
  ({ memory, disk, ...rest }) => ({ value: { ...rest, memoryBytes: memory, diskBytes: disk } }),
)
