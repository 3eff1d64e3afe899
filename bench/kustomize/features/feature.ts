import type { Overlay } from '../overlay.ts'

/** Something that a kustomization may do, added to a repository. */
export type Feature = {
  readonly name: string
  /** A refusal by name is what we expect of it. */
  readonly refused?: true
  readonly apply: (overlay: Overlay) => void
}
