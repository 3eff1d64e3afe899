import type { ReasonInfo } from './reason-info.ts'

/** May we act? */
export const HOLD_REASONS = {
  'no-policy': {
    group: 'hold',
    means: 'No policy covers this failure of this workload.',
    next: 'Add a SelfHealingPolicy for the namespace and the anomalyType. Without one nothing is written, not even a note.',
  },
  'policy-disabled': {
    group: 'hold',
    means: 'A policy that names this failure and workload says enabled: false.',
    next: 'Set enabled: true in that policy to let the bot act.',
  },
  'notify-only': {
    group: 'hold',
    means: 'The policy asks for a note and nothing else.',
    next: 'Choose another action in the policy to get a proposal.',
  },
  'low-confidence': {
    group: 'hold',
    means: 'The confidence is below the confidenceThreshold of the policy.',
    next: 'Wait for more evidence, or lower the threshold after a look at the reliability table.',
  },
  cooldown: {
    group: 'hold',
    means: 'The last activity on this workload is younger than the cooldownPeriod.',
    next: 'Wait, or shorten cooldownPeriod.',
  },
  'retries-exhausted': {
    group: 'hold',
    means: 'The attempts of this episode have reached maxRetries.',
    next: 'Look at the earlier pull requests of this workload; the cause is probably another one.',
  },
  'closed-by-person': {
    group: 'hold',
    means: 'A person closed the last proposal for this failure: closed means no, for 7 days.',
    next: 'Say /kintsugi retry on the closed pull request, or wait until the time has passed.',
  },
  'not-onboarded': {
    group: 'hold',
    means:
      'The repository has no policies of its own, and the pull request that offers them is not merged: nothing is proposed there.',
    next: 'Merge the offer, add policies below .kintsugi/policies, or set onboarding.enabled: false. A closed offer means no.',
  },
  'held-by-person': {
    group: 'hold',
    means: 'A person asked the bot to leave this workload alone.',
    next: 'Say /kintsugi retry on the pull request, or wait until the snooze is over.',
  },
  'disarmed-by-person': {
    group: 'hold',
    means:
      'A person switched off the merging that the bot had asked the forge for, or took the proposal out of the merge queue: it is never asked for again.',
    next: 'Merge or close it by hand.',
  },
  'breaker-open': {
    group: 'hold',
    means: 'Two fixes of this policy did harm within 24 hours, so it is stopped.',
    next: 'Look at the two reverts; the policy opens again 24 hours after the last.',
  },
  paused: {
    group: 'hold',
    means: 'The operator has paused the bot, or a source of pause cannot be read.',
    next: 'Lift the pause where it was set. A source that cannot be read is named beside the look, with the reason.',
  },
  frozen: {
    group: 'hold',
    means: 'A change freeze is in force, or a source of freezes cannot be read.',
    next: 'Wait for its end. A source that cannot be read is named beside the look, with the reason.',
  },
  'outside-window': {
    group: 'hold',
    means: 'The policy allows merges only within its window.',
    next: 'Merge by hand, or wait for the window.',
  },
  'warm-up': {
    group: 'hold',
    means: 'The bot has just begun to watch and first looks without acting.',
    next: 'Wait until the warm-up is clean.',
  },
  'budget-exhausted': {
    group: 'hold',
    means: 'The number of open or hourly pull requests has reached the limit of the policy.',
    next: 'Merge or close open ones, or raise limits.openPullRequests or limits.perHour.',
  },
  'not-bound': {
    group: 'hold',
    means: 'No binding of the operator lets this cluster and namespace be mended in that repository, branch or path.',
    next: 'Add a binding in the operator configuration.',
  },
  'protected-namespace': {
    group: 'hold',
    means: 'The namespace is protected by the operator.',
    next: 'Take it out of ceiling.protectedNamespaces if that is wanted.',
  },
  'above-ceiling': {
    group: 'hold',
    means: "The operator's ceiling does not allow this action or field.",
    next: 'Raise the ceiling, or choose another action.',
  },
  persistence: {
    group: 'hold',
    means: 'The symptom has not lasted long enough yet.',
    next: 'Wait: it is judged again at the next tick.',
  },
  settling: {
    group: 'hold',
    means:
      'What the models found began with a change of the workload: for two hours after a deploy, or an edit of limits, requests or replicas, its metrics may have another level.',
    next: 'Nothing: what is still unlike itself when the time has passed is told. Rules speak of failures meanwhile.',
  },
  'known-event': {
    group: 'hold',
    means: 'The alarm of the models began while a declared event of the workload went on.',
    next: 'Nothing: what is still unusual ten minutes after its end is told. Change knownEvents where they were declared, in the policy for Anomaly or under detection in the configuration.',
  },
  'line-has-open-change': {
    group: 'hold',
    means: 'Another open proposal of the bot already changes that line.',
    next: 'Merge or close the other one first.',
  },
  'common-cause': {
    group: 'hold',
    means: 'The same symptom struck many workloads at once, so the cause is not in one of them.',
    next: 'Look for what they share: a node, a registry, one commit.',
  },
  'environment-not-edited': {
    group: 'hold',
    means: 'The operator lets this environment be changed by promotion only, or never.',
    next: 'Change the environment that comes before it.',
  },
} as const satisfies Readonly<Record<string, ReasonInfo>>
