import type { HelmRenderInput, Isolation, RenderOutcome } from '../domain/index.ts'

/** Renders charts. The tree is hostile; what it may reach is the adapter's promise, named by `isolation`. */
export interface Renderer {
  readonly isolation: Isolation
  /** Tool and version, such as `helm 3.18.0`; undefined when there is none. */
  version(): Promise<string | undefined>
  render(input: HelmRenderInput): Promise<RenderOutcome>
}
