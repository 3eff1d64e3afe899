import { type FailureKind, named } from './failure.ts'

export const crashLoopBackOff: FailureKind = {
  failure: 'CrashLoopBackOff',
  watch: () => ['crash-loop'],
  followsImage: true,
  says: (subject) => `${named(subject)} crashes again and again`,
}
