import type { ReasonInfo } from './reason-info.ts'

/** What came of it. */
export const OUTCOME_REASONS = {
  'awaiting-sync': {
    group: 'outcome',
    means: 'Merged; Argo CD has not put the revision into the cluster yet.',
    next: 'Wait, or look at the Application.',
  },
  'sync-timeout': {
    group: 'outcome',
    means: 'Argo CD did not sync the merged revision within syncTimeout.',
    next: 'Look at the Application: its sync may be off or failing.',
  },
  verifying: { group: 'outcome', means: 'Synced; the verification window is running.', next: 'Wait.' },
  resolved: {
    group: 'outcome',
    means: 'The symptom stayed away for the whole verification window at our revision.',
    next: 'Nothing.',
  },
  insufficient: {
    group: 'outcome',
    means: 'The same failure is still there, and nothing new is wrong.',
    next: 'Nothing: the next step follows while limits allow.',
  },
  harmful: {
    group: 'outcome',
    means: 'Something new went wrong after the fix was synced.',
    next: 'Look at the revert pull request.',
  },
  indeterminate: { group: 'outcome', means: 'There were too few samples to tell.', next: 'Look at the workload.' },
  'no-longer-needed': {
    group: 'outcome',
    means: 'The symptom went away, or the wanted value is already there, before the proposal was merged.',
    next: 'Nothing.',
  },
  'undo-asked': {
    group: 'outcome',
    means: 'A person asked to take it back.',
    next: 'Nothing. The bot leaves this failure of the workload alone for 7 days, or until /kintsugi retry.',
  },
  superseded: { group: 'outcome', means: 'A newer proposal takes the place of this one.', next: 'Nothing.' },
} as const satisfies Readonly<Record<string, ReasonInfo>>
