import type { ReasonInfo } from './reason-info.ts'

/** What would help? */
export const PLAN_REASONS = {
  'action-unfit': {
    group: 'plan',
    means: 'The action of the policy does not answer this failure.',
    next: 'Choose an action that does: kintsugi explain lists them by failure.',
  },
  'no-evidence-for-sizing': {
    group: 'plan',
    means: 'What is needed to size the change was not observed.',
    next: 'Check that limits and usage of this container are scraped.',
  },
  'at-maximum': {
    group: 'plan',
    means: 'The next step would pass the maximum of the policy, the operator or the namespace.',
    next: 'Raise the maximum, or look for the cause in the application.',
  },
  'no-proven-image': {
    group: 'plan',
    means: 'No earlier image of this container is known to have run well.',
    next: 'Fix the image forward; the bot rolls back only to what was proven.',
  },
  'git-is-not-the-cause': {
    group: 'plan',
    means: 'Nothing that Git holds for this workload changed before the failure began.',
    next: 'Look for an image tag that moved, a Secret, a node or a dependency.',
  },
  'owned-by-autoscaler': {
    group: 'plan',
    means: 'An autoscaler owns this field, so an edit in Git would fight it.',
    next: 'Change the bounds of the autoscaler.',
  },
  'revert-would-oom': {
    group: 'plan',
    means: 'Taking this back would lower memory to a limit under which the container was OOM-killed.',
    next: 'Choose a value above it by hand.',
  },
  'request-above-limit': {
    group: 'plan',
    means: 'The change would put a request above its limit.',
    next: 'Raise the limit too.',
  },
} as const satisfies Readonly<Record<string, ReasonInfo>>
