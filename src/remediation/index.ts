export type { PlanInput } from './actions/remedy.ts'
export { planFor } from './plan.ts'
export { type RevertAnswer, type RevertInput, revertAllowed } from './revert.ts'
export { type VerifyInput, verify } from './verify.ts'
