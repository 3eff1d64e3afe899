import { type FailureKind, named } from './failure.ts'

export const failedRollout: FailureKind = {
  failure: 'FailedRollout',
  watch: () => ['rollout-failed'],
  followsImage: true,
  says: (subject) => `${named(subject)} has a rollout that passed its progress deadline`,
}
