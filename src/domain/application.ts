import type { JsonValue } from './json.ts'
import type { Manifest } from './manifest.ts'

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
  readonly patches?: readonly JsonValue[]
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
}

export type DirectorySettings = { readonly recurse: boolean; readonly include?: string; readonly exclude?: string }

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
