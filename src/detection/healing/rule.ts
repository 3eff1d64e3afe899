/** What the fifth seed's classifier looks at, in its order: percent, percent, a count, seconds, 0 to 23. */
export const HEALING_FEATURES = ['cpu_usage', 'memory_usage', 'error_count', 'uptime', 'hour_of_day'] as const
/** What it may say, in its order. */
export const HEALING_CLASSES = ['no_action', 'reset_errors', 'restart_service'] as const

export type HealingFeature = (typeof HEALING_FEATURES)[number]
export type HealingClass = (typeof HEALING_CLASSES)[number]
export type HealingRow = Readonly<Record<HealingFeature, number>>

/**
 * The rule that the seed's training data were labelled by, and so all that its classifier can know: uptime and hour carry nothing. It counts
 * CPU and memory as symptoms by themselves: a healthy application at 85 % of its CPU, without a single error, is told to reset its errors.
 */
export function healingRule({ cpu_usage, memory_usage, error_count }: HealingRow): HealingClass {
  if (error_count > 10 || (cpu_usage > 90 && memory_usage > 90)) return 'restart_service'
  return error_count > 5 || cpu_usage > 80 || memory_usage > 80 ? 'reset_errors' : 'no_action'
}
