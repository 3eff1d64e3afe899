import {
  type Attempt,
  type Binding,
  type Config,
  type Diagnosis,
  type Environment,
  type FieldChange,
  formatInstant,
  type Gate,
  type Mode,
  type Policy,
  type Proof,
  type Reason,
  stricterMode,
} from '../domain/index.ts'
import { beyondBounds, fieldAllowed } from './bounds.ts'
import { isProtected } from './decide.ts'
import { ANSWERED_PRE_CHECKS } from './fit.ts'
import { covers } from './globs.ts'
import { breakerUntil } from './history.ts'
import { inWindow } from './window.ts'

/** Everything that a merge is judged on, re-read right before it. */
export type GateInput = {
  readonly diagnosis: Diagnosis
  readonly policy: Policy
  /** The effective mode when it was decided. The ceiling and the policy of now can only make it stricter. */
  readonly mode: Mode
  readonly config: Config
  readonly binding: Binding | undefined
  /** Attempts of this policy on any lane. */
  readonly attempts: readonly Attempt[]
  readonly changes: readonly FieldChange[]
  readonly proof: Proof
  /** Whether the baseline render equals what the cluster was told to run. `unknown` is never merged by the bot. */
  readonly renderMatch: 'same' | 'differs' | 'unknown'
  readonly baseBranch: string
  /** Blobs at the head of the base branch now, for the paths that the proof read; undefined where there is none. */
  readonly baseInputs: Readonly<Record<string, string | undefined>>
  readonly headIsOurs: boolean
  readonly files: readonly string[]
  /** A local forge has no checks of other apps, so there a policy may ask for none. */
  readonly forge: 'local' | 'github'
  /** Checks of other apps that rules require, on this head. */
  readonly requiredChecks: readonly { readonly name: string; readonly green: boolean }[]
  /** Reviews of qualified people on this head. */
  readonly reviews: { readonly approvals: number; readonly changesRequested: number }
  readonly paused: boolean
  readonly frozen: boolean
  /** Our open pull requests, this one among them, and those opened within the last hour. */
  readonly openPulls: number
  readonly openedLastHour: number
  readonly nowMs: number
}

type Judge = (input: GateInput) => Gate

function gate(name: string, pass: boolean, value: string, reason: Reason): Gate {
  return pass ? { name, pass, value } : { name, pass, value, reason }
}

/** Every gate of a merge by the bot, always all of them and in this order, each with the value that it was judged on. */
export function gates(input: GateInput): readonly Gate[] {
  const { policy, config } = input
  const mode = [policy.pullRequest.mode, config.ceiling.mode].reduce(stricterMode, input.mode)
  return JUDGES.map((judge) => judge({ ...input, mode }))
}

/** The bot may merge only when every gate passes. */
export function mayMerge(all: readonly Gate[]): boolean {
  return all.length > 0 && all.every((one) => one.pass)
}

function judgeMode({ mode }: GateInput): Gate {
  return gate('mode', mode === 'automerge' || mode === 'merge-on-approval', mode, 'awaiting-merge')
}

function judgeCeiling({ policy, changes, config, diagnosis }: GateInput): Gate {
  const { actions, fields, protectedNamespaces } = config.ceiling
  const { namespace } = diagnosis.subject
  if (isProtected(namespace, protectedNamespaces))
    return gate('ceiling', false, `${namespace} is protected`, 'protected-namespace')
  const refused = changes.map(({ field }) => field).filter((field) => !fieldAllowed(field, fields))
  if (refused.length > 0) return gate('ceiling', false, `${refused.join(', ')} not allowed`, 'above-ceiling')
  return gate('ceiling', actions.includes(policy.action), policy.action, 'above-ceiling')
}

function judgePolicy({ policy }: GateInput): Gate {
  return gate('policy', policy.enabled, `${policy.name} ${policy.enabled ? 'enabled' : 'disabled'}`, 'policy-disabled')
}

function judgePreChecks({ policy }: GateInput): Gate {
  const open = policy.preChecks.find((check) => !ANSWERED_PRE_CHECKS.includes(check))
  return gate(
    'pre-checks',
    open === undefined,
    open === undefined ? 'answered' : `${open} not answered`,
    'data-missing',
  )
}

function judgeBinding({ binding, baseBranch, files, policy }: GateInput): Gate {
  if (binding === undefined) return gate('binding', false, 'none', 'not-bound')
  if (!binding.baseBranches.includes(baseBranch)) return gate('binding', false, `branch ${baseBranch}`, 'not-bound')
  const { allowedPaths } = policy.pullRequest
  const outside = files.find((file) => !covers(binding.paths, file))
  if (outside !== undefined) return gate('binding', false, outside, 'not-bound')
  const unwanted = files.find((file) => allowedPaths.length > 0 && !covers(allowedPaths, file))
  if (unwanted !== undefined) return gate('binding', false, `${unwanted} is not in allowedPaths`, 'path-forbidden')
  return gate('binding', files.length > 0, files.join(', ') || 'no file', 'not-bound')
}

/** The environment that lets these files of this branch be changed by promotion only, or never; undefined where there is none. */
export function barringEnvironment(
  environments: Config['environments'],
  branch: string,
  files: readonly string[],
): Environment | undefined {
  return environments.find(
    (one) =>
      one.edit !== 'direct' &&
      (covers(one.branches, branch, true) || files.some((file) => covers(one.paths, file, true))),
  )
}

function judgeEnvironment({ config, baseBranch, files }: GateInput): Gate {
  const barred = barringEnvironment(config.environments, baseBranch, files)
  const value = barred === undefined ? 'direct edit' : `${barred.name}: ${barred.edit}`
  return gate('promotion', barred === undefined, value, 'environment-not-edited')
}

function judgeConfidence({ diagnosis, policy }: GateInput): Gate {
  const { confidence } = diagnosis
  // Rounded down: 0.7999 must not read as the 0.80 that it fails to reach.
  const value = `${(Math.floor(confidence * 100) / 100).toFixed(2)} of ${policy.confidenceThreshold}`
  return gate('confidence', confidence >= policy.confidenceThreshold, value, 'low-confidence')
}

function judgeSignals({ diagnosis }: GateInput): Gate {
  const pass = diagnosis.independentSignals && diagnosis.failure !== 'Anomaly'
  return gate('independent signals', pass, pass ? 'two or more' : 'one', 'single-signal')
}

function judgeData({ diagnosis }: GateInput): Gate {
  return gate('complete data', diagnosis.data === 'complete', diagnosis.data, 'data-partial')
}

function judgeLimits({ changes, proof, policy, config }: GateInput): Gate {
  const beyond = beyondBounds(changes, proof.changes, policy.limits, config.ceiling)
  return gate('limits', beyond.length === 0, beyond[0] ?? 'within', 'at-maximum')
}

function judgeProof({ proof, changes }: GateInput): Gate {
  if (!proof.rendered) return gate('proof', false, 'not rendered', 'render-failed')
  const seen = proof.changes.length
  const value = `${seen} rendered ${seen === 1 ? 'field' : 'fields'} for ${changes.length} meant`
  if (seen === 0) return gate('proof', false, value, 'no-effect')
  return gate('proof', seen <= changes.length, value, 'other-changes')
}

/** A person reads what comes with a fix, whatever the policy lets be listed. */
function judgeCompanions({ proof }: GateInput): Gate {
  const count = proof.companions?.length ?? 0
  return gate('companions', count === 0, count === 0 ? 'none' : `${count} listed`, 'other-changes')
}

function judgeIsolation({ proof, config }: GateInput): Gate {
  const { automergeIsolation } = config.ceiling
  const enough = proof.isolation !== 'process' || automergeIsolation === 'process'
  return gate('isolation', enough, proof.isolation, 'isolation-too-weak')
}

function judgeAssumptions({ proof }: GateInput): Gate {
  const assumed = proof.assumed ?? []
  return gate('cluster versions', assumed.length === 0, assumed.join(', ') || 'none assumed', 'render-assumed')
}

function judgeMatch({ renderMatch }: GateInput): Gate {
  return gate('render match', renderMatch === 'same', renderMatch, 'render-mismatch')
}

function judgeBase({ proof, baseInputs }: GateInput): Gate {
  const paths = Object.keys(proof.inputs)
  const moved = paths.find((path) => !Object.hasOwn(baseInputs, path) || baseInputs[path] !== proof.inputs[path])
  const value = moved === undefined ? `${paths.length} inputs unchanged` : `${moved} changed`
  return gate('base inputs', moved === undefined && paths.length > 0, value, 'base-moved')
}

function judgeHead({ headIsOurs }: GateInput): Gate {
  return gate('head', headIsOurs, headIsOurs ? 'ours' : 'of another writer', 'head-not-ours')
}

function judgeChecks({ policy, requiredChecks, forge }: GateInput): Gate {
  const asked = policy.pullRequest.requiredChecks
  const waiting = requiredChecks.filter((check) => !check.green)
  if (waiting.length > 0) return gate('required checks', false, `${waiting[0]?.name} not green`, 'no-required-check')
  if (asked === 0) return gate('required checks', forge === 'local', 'none asked', 'no-required-check')
  return gate(
    'required checks',
    requiredChecks.length >= asked,
    `${requiredChecks.length} of ${asked} green`,
    'no-required-check',
  )
}

function judgeReviews({ mode, reviews }: GateInput): Gate {
  if (reviews.changesRequested > 0) return gate('reviews', false, 'changes requested', 'awaiting-approval')
  if (mode !== 'merge-on-approval') return gate('reviews', true, 'none asked', 'awaiting-approval')
  return gate('reviews', reviews.approvals > 0, `${reviews.approvals} approvals`, 'awaiting-approval')
}

function judgeWindow({ policy, nowMs }: GateInput): Gate {
  const { window } = policy.pullRequest
  if (window === undefined) return gate('window', true, 'any time', 'outside-window')
  return gate('window', inWindow(window, nowMs), `${formatInstant(nowMs)} in ${window.timeZone}`, 'outside-window')
}

function judgeFreeze({ frozen }: GateInput): Gate {
  return gate('freeze', !frozen, frozen ? 'in force or unreadable' : 'none', 'frozen')
}

function judgePause({ paused }: GateInput): Gate {
  return gate('pause', !paused, paused ? 'paused' : 'running', 'paused')
}

function judgeBudget({ policy, openPulls, openedLastHour }: GateInput): Gate {
  const { openPullRequests, perHour } = policy.limits
  const value = `${openPulls} of ${openPullRequests} open, ${openedLastHour} of ${perHour} this hour`
  return gate('budget', openPulls <= openPullRequests && openedLastHour <= perHour, value, 'budget-exhausted')
}

function judgeBreaker({ attempts, policy, nowMs }: GateInput): Gate {
  const until = breakerUntil(attempts, policy, nowMs)
  return gate(
    'breaker',
    until === undefined,
    until === undefined ? 'closed' : `open until ${formatInstant(until)}`,
    'breaker-open',
  )
}

const JUDGES: readonly Judge[] = [
  judgeMode,
  judgeCeiling,
  judgePolicy,
  judgePreChecks,
  judgeBinding,
  judgeEnvironment,
  judgeConfidence,
  judgeSignals,
  judgeData,
  judgeLimits,
  judgeProof,
  judgeCompanions,
  judgeIsolation,
  judgeAssumptions,
  judgeMatch,
  judgeBase,
  judgeHead,
  judgeChecks,
  judgeReviews,
  judgeWindow,
  judgeFreeze,
  judgePause,
  judgeBudget,
  judgeBreaker,
]
