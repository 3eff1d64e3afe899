import { type FailureKind, named } from './failure.ts'

export const unschedulable: FailureKind = {
  failure: 'Unschedulable',
  watch: () => ['unschedulable'],
  followsImage: false,
  says: (subject) => `${named(subject)} has pods that no node has room for`,
}
