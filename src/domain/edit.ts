import type { JsonValue } from './json.ts'
import type { Reason } from './reason.ts'
import type { Isolation } from './render.ts'

/** One change of bytes. `line` and `column` count from 1 and point at the value in the file before the edit; `before` is '' for an insertion. */
export type Edit = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly before: string
  readonly after: string
}

/** One leaf of a rendered object that differs. `object` as `formatObjectKey`, `path` as `formatPath`; undefined means absent. */
export type RenderedChange = {
  readonly object: string
  readonly path: string
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

/** What rendering before and after the edit showed. */
export type Proof = {
  /** Whether both states were rendered. A proof that is not rendered never leads to a write. */
  readonly rendered: boolean
  readonly isolation: Isolation
  readonly changes: readonly RenderedChange[]
  /** Other kustomization roots or Applications that read a touched file, all rendered too. */
  readonly alsoReadBy: readonly string[]
  /** Tools and versions that rendered, such as `kintsugi-kustomize` or `helm 3.18.0`. */
  readonly tools: readonly string[]
  /** Blobs that the proof read, `path -> oid`: "base unchanged" is judged on them. */
  readonly inputs: Readonly<Record<string, string>>
  /** Changes that come with those that were meant, in the same Application, where the edit was allowed to have any. */
  readonly companions?: readonly Companion[]
  /** What templates ask the cluster for and nobody told, so that the renderer's own answer was taken: `kubeVersion`, `apiVersions`. */
  readonly assumed?: readonly string[]
}

/** What becomes of changes that come with the meant one: all refuse the edit, or those that may pass are listed in the proof. */
export const COMPANION_POLICIES = ['refuse', 'list'] as const
export type CompanionPolicy = (typeof COMPANION_POLICIES)[number]

/** A change that comes with another: `known` ones, such as checksums, follow any change; `other` ones are for a person to read. */
export type Companion = RenderedChange & { readonly weight: 'known' | 'other' }

/** The files as they will be: whole contents, path by path. */
export type FileChange = { readonly path: string; readonly content: Uint8Array }

export type EditOutcome =
  | {
      readonly outcome: 'edited'
      readonly edits: readonly Edit[]
      readonly files: readonly FileChange[]
      readonly proof: Proof
      /** Repository that holds the files, where an Application reads several. */
      readonly repoURL?: string
    }
  | { readonly outcome: 'already-set'; readonly at: readonly Edit[] }
  | { readonly outcome: 'refused'; readonly reason: Reason; readonly message: string }

/** Where a live field is written. */
export type Location = {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The text that stands there now; '' where the field is absent and would be inserted. */
  readonly text: string
  /** Value that the rendered object has now, undefined where it has none. */
  readonly rendered: JsonValue | undefined
  /** Where an edit would set it, when that is not the line that writes it now: others read that line too. */
  readonly editAt?: EditPlace
  /** Why no edit can set it, though the line that writes it is known. */
  readonly editRefused?: { readonly reason: Reason; readonly message: string }
  /** What writes it: `manifest`, `strategic-patch`, `json-patch`, `images`, `replicas`, `values`, `overlay-patch` (to be inserted). */
  readonly by: string
  readonly alsoReadBy: readonly string[]
  /** Repository that holds the file, where an Application reads several. */
  readonly repoURL?: string
}

/** A place of an edit; `line` and `column` count from 1. */
export type EditPlace = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly by: string
  readonly repoURL: string
}
