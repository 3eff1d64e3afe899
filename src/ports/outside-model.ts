import type { SignalId } from '../domain/index.ts'

/** What a model says of a row: -1 is an anomaly, 1 is normal. */
export type OutsideLabel = -1 | 1

/** A model that runs outside of this process and judges rows of numbers. It has one vote, and it never decides alone. */
export interface OutsideModel {
  /** As the configuration calls it. */
  readonly name: string
  /** The signals whose values make a row, in the order that the model takes them. */
  readonly features: readonly SignalId[]
  /**
   * A label for each row, in the same order; every number is finite. Undefined where there was no answer in time, or not one that such a model
   * gives: then it abstains. Never throws.
   */
  judge(rows: readonly (readonly number[])[]): Promise<readonly OutsideLabel[] | undefined>
  /** Why its last answer was none, as a code of the error table and a sentence; undefined where it answered, or was not asked yet. */
  says(): string | undefined
  /** Lets the connections go. */
  close(): Promise<void>
}
