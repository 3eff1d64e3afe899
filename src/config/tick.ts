import type { Config } from '../domain/index.ts'
import { checked, duration, object, withDefault } from '../policy/index.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const DEFAULT_TICK: Config['tick'] = {
  everyMs: MINUTE_MS,
  stepMs: MINUTE_MS,
  warmUpMs: 10 * MINUTE_MS,
  lookBackMs: 6 * HOUR_MS,
}

export const tick = checked(
  object({
    every: withDefault(duration({ leastMs: 5 * SECOND_MS, mostMs: HOUR_MS }), DEFAULT_TICK.everyMs),
    step: withDefault(duration({ leastMs: 5 * SECOND_MS, mostMs: HOUR_MS }), DEFAULT_TICK.stepMs),
    warmUp: withDefault(duration({ leastMs: 0, mostMs: 7 * DAY_MS }), DEFAULT_TICK.warmUpMs),
    lookBack: withDefault(duration({ leastMs: 10 * MINUTE_MS, mostMs: 7 * DAY_MS }), DEFAULT_TICK.lookBackMs),
  }),
  ({ step, lookBack }) =>
    lookBack / step > 11_000
      ? [{ path: ['lookBack'], message: 'lookBack divided by step is above 11000, more points than Prometheus gives' }]
      : [],
)
