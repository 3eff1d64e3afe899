import type { HelmSettings } from './application.ts'
import type { Manifest } from './manifest.ts'
import type { Reason } from './reason.ts'
import type { Tree } from './tree.ts'

/** A value file as the renderer gets it: its content is in a tree, never on the host. */
export type ValueFile = { readonly tree: Tree; readonly path: string }

/** Everything that decides what helm prints. All files come out of trees; nothing is read from the host and nothing is fetched. */
export type HelmRenderInput = {
  readonly tree: Tree
  /** Directory of the chart in `tree`. */
  readonly chartPath: string
  readonly releaseName: string
  readonly namespace: string
  /** Resolved, in order, missing ones left out where the Application allows it. */
  readonly valueFiles: readonly ValueFile[]
  readonly helm: HelmSettings
  /** Off only while tracing, where the values are sentinels. */
  readonly validateSchema: boolean
  /** Asks for a render of its own where outcomes are kept: what varies by itself shows only so. */
  readonly fresh?: boolean
}

export type RenderOutcome =
  | { readonly rendered: true; readonly objects: readonly Manifest[]; readonly tool: string }
  | { readonly rendered: false; readonly reason: Reason; readonly message: string }

/** Renders a Helm chart. Injected into `source`, which never starts a child itself. */
export type RenderHelm = (input: HelmRenderInput) => Promise<RenderOutcome>

/** How hostile charts are kept in: `process` is a bounded child, `isolated` a renderer of its own without rights, `none` runs no foreign code at all. */
export type Isolation = 'none' | 'process' | 'isolated'

/** Opens a packed chart (`.tgz`): paths below the chart's own folder and their content; undefined for what is no chart or passes the caps. */
export type UnpackChart = (archive: Uint8Array) => ReadonlyMap<string, Uint8Array> | undefined

/** What the cluster says of itself, which templates may ask for. Absent = not known, and then said in the proof. */
export type ClusterVersions = { readonly kubeVersion?: string; readonly apiVersions?: readonly string[] }
