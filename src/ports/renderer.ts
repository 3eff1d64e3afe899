import type { HelmRenderInput, Isolation, RenderOutcome } from '../domain/index.ts'

/** Renders charts. The tree is hostile; what it may reach is the adapter's promise, named by `isolation`. */
export interface Renderer {
  readonly isolation: Isolation
  /** Tool and version, such as `helm 3.18.0`; undefined when there is none. */
  version(): Promise<string | undefined>
  /** What tells the tool from any other, where that is known without starting it. */
  identity?(): string | undefined
  render(input: HelmRenderInput): Promise<RenderOutcome>
}
