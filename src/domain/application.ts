import type { JsonPath, JsonValue } from './json.ts'
import type { Manifest, ObjectKey } from './manifest.ts'

/** Kustomize settings of an Argo CD Application, which override the kustomization file. */
export type KustomizeOverrides = {
  readonly namePrefix?: string
  readonly nameSuffix?: string
  readonly namespace?: string
  readonly images?: readonly string[]
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[]
  readonly commonLabels?: Readonly<Record<string, string>>
  readonly commonAnnotations?: Readonly<Record<string, string>>
  readonly components?: readonly string[]
  /** Components that do not exist are left out. */
  readonly ignoreMissingComponents?: boolean
  readonly patches?: readonly JsonValue[]
  /** Labels of `commonLabels` leave selectors alone. */
  readonly labelWithoutSelector?: boolean
  /** With `labelWithoutSelector`: pod templates get the labels too. */
  readonly labelIncludeTemplates?: boolean
  /** A label that the kustomization sets too is replaced; without it, Argo CD refuses. */
  readonly forceCommonLabels?: boolean
  readonly forceCommonAnnotations?: boolean
  /** Build variables in annotations are replaced; in labels and images they always are. */
  readonly commonAnnotationsEnvsubst?: boolean
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  /** Name of a kustomize that the operator of Argo CD installed beside the own one. */
  readonly version?: string
}

/** Helm settings of an Argo CD Application, in Argo CD's order of precedence: valueFiles < values < valuesObject < parameters. */
export type HelmSettings = {
  readonly releaseName?: string
  readonly valueFiles: readonly string[]
  readonly ignoreMissingValueFiles: boolean
  readonly values?: string
  readonly valuesObject?: JsonValue
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly forceString: boolean }[]
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  readonly namespace?: string
  readonly skipCrds?: boolean
  readonly skipTests?: boolean
  readonly skipSchemaValidation?: boolean
}

export type DirectorySettings = {
  readonly recurse: boolean
  readonly include?: string
  readonly exclude?: string
  /** Every file counts, not only those that are called as manifests are. */
  readonly disableExtensionFilter?: boolean
}

export type ApplicationSource = {
  readonly repoURL: string
  readonly targetRevision: string
  /** Relative to the root of the repository, `''` for the root itself. Absent for a chart from a chart repository and for a `ref` source without a path. */
  readonly path?: string
  readonly chart?: string
  /** Name by which `$name/...` value files of the other sources read this one. */
  readonly ref?: string
  readonly helm?: HelmSettings
  readonly kustomize?: KustomizeOverrides
  readonly directory?: DirectorySettings
  /** A config management plugin: cannot be rendered by us. */
  readonly plugin?: boolean
}

/** An object in a file of a repository: `at` leads to it from the root of its document, `[]` for the root itself, `['items', 2]` in a List. */
export type WrittenAt = {
  readonly repoURL: string
  readonly revision: string
  readonly path: string
  /** Position of the document in the file, from 0. */
  readonly document: number
  readonly at: JsonPath
  /** From 1: where the object begins. */
  readonly line: number
}

/** Where parameters of an ApplicationSet are written: what is called `prefix.x` in a template stands at `at.x` of the file. */
export type ParameterSource = { readonly prefix: JsonPath; readonly written: WrittenAt }

/** A manifest that stands in a file, or one that another Application renders. */
export type ManifestOrigin =
  | { readonly from: 'file'; readonly written: WrittenAt }
  | { readonly from: 'render'; readonly parent: Application; readonly key: ObjectKey }

/** How an Application came to be. Edits of what it sets itself go there. */
export type ApplicationOrigin =
  | ManifestOrigin
  | {
      readonly from: 'application-set'
      readonly set: { readonly name: string; readonly namespace: string; readonly origin: ManifestOrigin }
      /** Paths of the templates in the ApplicationSet, the one that wins first: that of the generator, then that of the set. */
      readonly templates: readonly JsonPath[]
      /** Where its parameters are written, the one that wins first. */
      readonly parameters: readonly ParameterSource[]
    }

/** An Argo CD Application, parsed. The last source wins where two give the same object. */
export type Application = {
  readonly name: string
  readonly namespace: string
  readonly project: string
  readonly sources: readonly ApplicationSource[]
  readonly destination: { readonly namespace: string; readonly server?: string; readonly name?: string }
  /** Fields that Argo CD neither compares nor, with RespectIgnoreDifferences, syncs. */
  readonly ignoreDifferences: readonly {
    readonly group: string
    readonly kind: string
    readonly name?: string
    readonly jsonPointers: readonly string[]
  }[]
  /** As read, for what this type does not hold. */
  readonly manifest: Manifest
  /** Where it is written, as far as that is known: an Application of the cluster does not say. */
  readonly origin?: ApplicationOrigin
}

/** What Argo CD says of an Application now. `revision` is that of the first source. */
export type ApplicationStatus = {
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown'
  readonly health: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown'
  readonly revision?: string
  /** When `revision` was put into the cluster. */
  readonly syncedAtMs?: number
  /** Earlier syncs, oldest first, the present one last. */
  readonly history: readonly { readonly revision: string; readonly deployedAtMs: number }[]
}

/** An Application as the cluster holds it. */
export type LiveApplication = { readonly manifest: Manifest; readonly status: ApplicationStatus }
