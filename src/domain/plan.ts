import type { Diagnosis } from './diagnosis.ts'
import type { Action } from './failure.ts'
import type { Field } from './field.ts'
import type { Manifest } from './manifest.ts'
import type { Reason } from './reason.ts'
import type { SignalId } from './signal.ts'
import type { Subject } from './subject.ts'

/** One field to set. The value is as Kubernetes would read it from the rendered object: `128Mi`, `3`, `registry/app:1.2`. */
export type FieldChange = { readonly field: Field; readonly container?: string; readonly value: string }

/** What would help, and what would show that it did. */
export type Plan = {
  readonly subject: Subject
  readonly action: Action
  /** At least one, all of the same object. */
  readonly changes: readonly FieldChange[]
  /** One sentence: what is changed, from what, to what, and by which rule. */
  readonly rationale: string
  /** `raise memory limit 32Mi -> 128Mi`: imperative, for titles. */
  readonly title: string
  /** The symptom that must be gone at our revision. */
  readonly watch: readonly SignalId[]
  /** For a rollback: the revision whose state is restored. */
  readonly restores?: string
}

export type PlanOutcome =
  | { readonly planned: true; readonly plan: Plan }
  | { readonly planned: false; readonly reason: Reason; readonly message: string }

/** An image that ran without the failure, and the revision of Git that gave it. */
export type ProvenImage = {
  readonly image: string
  readonly revision: string
  readonly fromMs: number
  readonly toMs: number
}

/** What the world knows of the workload beside its metrics. Absent means not known. */
export type WorkloadFacts = {
  readonly labels?: Readonly<Record<string, string>>
  /** The desired object as it is in the cluster, for drift and for guards. */
  readonly live?: Manifest
  /** Containers of the pod template, by name: declared images and resources, as rendered. */
  readonly containers?: readonly {
    readonly name: string
    readonly image?: string
    readonly memoryLimit?: string
    readonly memoryRequest?: string
    readonly cpuLimit?: string
    readonly cpuRequest?: string
  }[]
  readonly autoscaler?: {
    readonly kind: 'HorizontalPodAutoscaler' | 'VerticalPodAutoscaler' | 'ScaledObject'
    readonly name: string
    readonly metrics: readonly string[]
  }
  readonly limitRange?: { readonly memoryMaxBytes?: number; readonly cpuMaxMillicores?: number }
  /** Newest first. */
  readonly provenImages?: readonly ProvenImage[]
  /** When the image or the configuration last changed in Git, and at which revision. */
  readonly lastChange?: { readonly revision: string; readonly atMs: number }
}

/**
 * What came of a merged fix. `waiting`: the window is still open. `insufficient`: the same failure, nothing new. `harmful`: a new failure, or dependents worse.
 * `indeterminate`: too few samples to tell.
 */
export type Verdict =
  | { readonly verdict: 'waiting'; readonly untilMs: number }
  | {
      readonly verdict: 'resolved' | 'insufficient' | 'harmful' | 'indeterminate'
      readonly because: string
      readonly evidence: Diagnosis['evidence']
    }
