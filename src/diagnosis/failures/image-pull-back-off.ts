import { type FailureKind, named } from './failure.ts'

export const imagePullBackOff: FailureKind = {
  failure: 'ImagePullBackOff',
  watch: () => ['image-pull'],
  followsImage: true,
  says: (subject) => `${named(subject)} waits for an image that cannot be pulled`,
}
