import { DATA_REASONS } from './reasons/data.ts'
import { FORGE_REASONS } from './reasons/forge.ts'
import { HOLD_REASONS } from './reasons/hold.ts'
import { OUTCOME_REASONS } from './reasons/outcome.ts'
import { PLAN_REASONS } from './reasons/plan.ts'
import type { ReasonInfo } from './reasons/reason-info.ts'
import { SOURCE_REASONS } from './reasons/source.ts'

export type { ReasonInfo } from './reasons/reason-info.ts'

/** Everything the bot leaves undone has one of these names. */
export const REASONS = {
  ...HOLD_REASONS,
  ...PLAN_REASONS,
  ...SOURCE_REASONS,
  ...FORGE_REASONS,
  ...DATA_REASONS,
  ...OUTCOME_REASONS,
} as const satisfies Readonly<Record<string, ReasonInfo>>

export type Reason = keyof typeof REASONS

export function reasonInfo(reason: Reason): ReasonInfo {
  return REASONS[reason]
}

export function isReason(value: string): value is Reason {
  return Object.hasOwn(REASONS, value)
}
