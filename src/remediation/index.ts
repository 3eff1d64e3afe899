export { type PlanInput, planFor } from './plan.ts'
export { type RevertAnswer, type RevertInput, revertAllowed } from './revert.ts'
export { type VerifyInput, verify } from './verify.ts'
