import type { Diagnosis, Gate, KintsugiError, Lane, Reason, Subject, Unknown } from '../domain/index.ts'
import type { AuditState } from './audit.ts'
import type { Answered } from './commands.ts'
import type { Kept } from './housekeeping.ts'
import type { Silenced } from './model-alarms.ts'
import type { Step } from './next-step.ts'
import type { Done } from './perform.ts'
import type { Prepared } from './prepare.ts'

/** What one tick did with one lane. */
export type LaneReport = {
  readonly lane: Lane
  readonly subject: Subject
  readonly diagnosis?: Diagnosis
  readonly step: Step
  readonly prepared: Prepared
  readonly done: Done
  /** Name of the policy that decided, where one covers the diagnosis. */
  readonly policy?: string
  /** Where it belongs, as far as that is known. */
  readonly repository?: string
  /** Its open pull request. */
  readonly pull?: { readonly number: number; readonly url: string }
  /** Every gate of that. */
  readonly gates?: readonly Gate[]
}

export type TickReport = {
  readonly atMs: number
  readonly lanes: readonly LaneReport[]
  /** What could not be judged, and why. */
  readonly unknown: readonly Unknown[]
  /** Lanes that had samples and no finding: nothing to report of them but that they were looked at. */
  readonly quiet: readonly Lane[]
  /** What the models found and is not told, and why. */
  readonly silenced: readonly Silenced[]
  /** Policies and Applications that could not be read: said, never skipped in silence. */
  readonly problems: readonly string[]
  /** Lanes that the world cut short, each with the error. They are looked at anew at the next tick. */
  readonly failed: readonly FailedLane[]
  /** Repositories that did not answer, one word for each. Nothing is written there, and nothing merged where their past would count. */
  readonly unreachable: readonly { readonly repository: string; readonly reason: Reason; readonly message: string }[]
  /** Commands of people that were answered. */
  readonly answered: readonly Answered[]
  /** What was done for whole repositories: settings offered, dashboards written, branches swept. */
  readonly kept: readonly Kept[]
  /** The journal, where this process has one, or should. */
  readonly audit?: { readonly state: AuditState; readonly says?: string }
}

export type FailedLane = { readonly lane: Lane; readonly error: KintsugiError }
