import type { Failure, Finding, Observed, SignalId, Subject } from '../../domain/index.ts'

/** One kind of failure, as the reader of a pull request hears of it. It owns its words and what must be quiet for it to be over. */
export type FailureKind = {
  readonly failure: Failure
  /** The signals that must be quiet for a fix to count as done. */
  watch(finding: Finding): readonly SignalId[]
  /** What a fix is sized by, where it has a size: incomplete answers to these make the diagnosis partial. */
  readonly sizedBy?: readonly SignalId[]
  /** Whether a new image shortly before is worth saying. */
  readonly followsImage: boolean
  /** What happened, without the time: fixed words, and data only as numbers and names of subjects. */
  says(subject: Subject, observed: Observed): string
}

/** `container app of shop/cart`, or `shop/cart`. */
export function named(subject: Subject): string {
  const workload = `${subject.namespace}/${subject.name}`
  return subject.container === undefined ? workload : `container ${subject.container} of ${workload}`
}
