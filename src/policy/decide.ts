import type { Attempt, Binding, Config, Decision, Diagnosis, Policy, Reason } from '../domain/index.ts'
import type { Wishes } from './commands/index.ts'
import { breakerUntil, closedUntil, countedAttempts, latestActivityMs, openAttempt } from './history.ts'
import { effectiveMode, matchPolicies } from './match.ts'

export type DecideInput = {
  readonly diagnosis: Diagnosis
  readonly policies: readonly Policy[]
  /** History of the lane, oldest first. */
  readonly attempts: readonly Attempt[]
  /** Attempts of other lanes, for the breaker of the policy: it counts harm wherever it happened. */
  readonly otherAttempts?: readonly Attempt[]
  readonly config: Config
  /** What lets this workload be mended; undefined when nothing does. */
  readonly binding: Binding | undefined
  /** Our open pull requests of the repository, of any lane. */
  readonly openPulls: number
  readonly openedLastHour: number
  /** Labels of the workload, where known. */
  readonly labels?: Readonly<Record<string, string>>
  /** Repository that the change would be made in: its policies have a say. */
  readonly repository?: string
  /** What people have asked for on the lane, by command. */
  readonly wishes?: Wishes
  /** Whether the warm-up is over. */
  readonly warm: boolean
  readonly paused: boolean
  readonly frozen: boolean
  readonly nowMs: number
}

type Held = { readonly reason: Reason; readonly untilMs?: number }

/**
 * May we act on this diagnosis? The first that holds, in this order, is the answer:
 *
 * no-policy · policy-disabled · paused · frozen · warm-up · protected-namespace · not-bound · held-by-person · low-confidence (of what models found) ·
 * notify-only (notify; models alone never get further) · above-ceiling · data-missing · data-partial · low-confidence · closed-by-person · breaker-open · retries-exhausted · cooldown ·
 * budget-exhausted. The last three ask about opening something new, so an open proposal for the same failure passes them.
 *
 * Otherwise act, in the strictest mode of the ceiling and the policies that cover the workload. A second signal is left to the gates: it may
 * still come before the merge. Act in mode `comment` means: say what would be changed, open nothing.
 */
export function decide(input: DecideInput): Decision {
  const { diagnosis, config } = input
  const { subject, failure } = diagnosis
  const matched = matchPolicies({ ...input, subject, failure, policyNamespaces: config.policyNamespaces })
  const policy = matched[0]
  if (policy === undefined) return { do: 'hold', reason: 'no-policy' }
  const early = heldByOperator(input, policy)
  if (early !== undefined) return { do: 'hold', ...early, policy }
  if (failure === 'Anomaly' && !isSure(diagnosis, policy)) return { do: 'hold', reason: 'low-confidence', policy }
  if (policy.action === 'notify-only' || failure === 'Anomaly') return { do: 'notify', reason: 'notify-only', policy }
  if (!config.ceiling.actions.includes(policy.action)) return { do: 'hold', reason: 'above-ceiling', policy }
  const held = heldByEvidence(input, policy) ?? heldByHistory(input, policy)
  if (held !== undefined) return { do: 'hold', ...held, policy }
  return { do: 'act', action: policy.action, mode: effectiveMode(matched, config.ceiling.mode), policy }
}

function heldByOperator(
  { paused, frozen, warm, diagnosis, binding, config, wishes }: DecideInput,
  policy: Policy,
): Held | undefined {
  const { protectedNamespaces } = config.ceiling
  if (!policy.enabled) return { reason: 'policy-disabled' }
  if (paused) return { reason: 'paused' }
  if (frozen) return { reason: 'frozen' }
  if (!warm) return { reason: 'warm-up' }
  if (isProtected(diagnosis.subject.namespace, protectedNamespaces)) return { reason: 'protected-namespace' }
  if (binding === undefined) return { reason: 'not-bound' }
  if (wishes?.held === undefined) return undefined
  const { untilMs } = wishes.held
  return { reason: 'held-by-person', ...(untilMs === undefined ? {} : { untilMs }) }
}

/** Names are exact, or end in `*` for all that begin so. */
export function isProtected(namespace: string, protectedNamespaces: readonly string[]): boolean {
  return protectedNamespaces.some((one) =>
    one.endsWith('*') ? namespace.startsWith(one.slice(0, -1)) : namespace === one,
  )
}

function heldByEvidence({ diagnosis }: DecideInput, policy: Policy): Held | undefined {
  const { evidence, data } = diagnosis
  if (evidence.length === 0 || evidence.some(({ value }) => !Number.isFinite(value))) return { reason: 'data-missing' }
  if (data === 'partial') return { reason: 'data-partial' }
  if (!isSure(diagnosis, policy)) return { reason: 'low-confidence' }
  return undefined
}

/** A confidence that is not a number never passes. */
function isSure({ confidence }: Diagnosis, { confidenceThreshold }: Policy): boolean {
  return confidence >= confidenceThreshold
}

function heldByHistory(input: DecideInput, policy: Policy): Held | undefined {
  const { attempts, otherAttempts = [], diagnosis, nowMs, wishes } = input
  const closed = closedUntil(attempts, diagnosis, nowMs, wishes)
  if (closed !== undefined) return { reason: 'closed-by-person', untilMs: closed }
  const broken = breakerUntil([...attempts, ...otherAttempts], policy, nowMs)
  if (broken !== undefined) return { reason: 'breaker-open', untilMs: broken }
  return openAttempt(attempts, diagnosis) === undefined ? heldFromOpening(input, policy) : undefined
}

function heldFromOpening(input: DecideInput, policy: Policy): Held | undefined {
  const { attempts, diagnosis, nowMs, openPulls, openedLastHour, wishes } = input
  const asked = wishes?.retryAskedAtMs
  if (countedAttempts(attempts, diagnosis, asked) >= policy.maxRetries) return { reason: 'retries-exhausted' }
  const latest = latestActivityMs(attempts)
  // Who asks for another try does not want to wait for it.
  const asksNow = latest !== undefined && asked !== undefined && asked >= latest
  if (latest !== undefined && !asksNow && nowMs < latest + policy.cooldownMs)
    return { reason: 'cooldown', untilMs: latest + policy.cooldownMs }
  const { openPullRequests, perHour } = policy.limits
  if (openPulls >= openPullRequests || openedLastHour >= perHour) return { reason: 'budget-exhausted' }
  return undefined
}
