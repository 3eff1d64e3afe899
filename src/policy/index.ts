export { fieldAllowed } from './bounds.ts'
export {
  CODEOWNERS_MOST_BYTES,
  CODEOWNERS_PLACES,
  type CodeOwner,
  matchesOwnerPattern,
  type OwnerRule,
  ownersOf,
  parseCodeowners,
} from './codeowners.ts'
export * from './commands/index.ts'
export { type DecideInput, decide, isProtected } from './decide.ts'
export { possibleActions } from './fit.ts'
export {
  approversOf,
  barringEnvironment,
  foreignChecks,
  type GateInput,
  gates,
  mayMerge,
  methodAllowed,
  type OwnersView,
  ownCheckAsked,
  ownedBy,
  queueProven,
  unjudged,
} from './gates.ts'
export { covers, globProblem } from './globs.ts'
export { breakerUntil } from './history.ts'
export { effectiveMode, type MatchInput, matchPolicies } from './match.ts'
export { eventFields, excluded, knownEvent, parseInstant, timeZone } from './models.ts'
export { brokenNameRule, type Named } from './names.ts'
export { mayArm } from './native.ts'
export { type ParsedPolicies, POLICY_API_VERSION, parsePolicies, parsePolicyManifest, policySchema } from './parse.ts'
export { parsePattern, patternFinds } from './pattern.ts'
export { type PossibleMode, possibleModes } from './possible.ts'
export { eventAt, parseSchedule } from './schedule.ts'
export { namespaceName, objectName, pathGlob } from './spec.ts'
export * from './strict/index.ts'
export { inWindow, isTimeZone } from './window.ts'
