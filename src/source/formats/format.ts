import type { Application, Manifest } from '../../domain/index.ts'
import type { Place, Question } from '../place.ts'
import type { Refused } from '../refused.ts'
import { type RenderDeps, type ResolvedSource, type SourceFile, type Sources, treeAt } from '../resolve.ts'

/** What a source gives: its objects in order, with the files that decided it. */
export type Rendering = {
  readonly objects: readonly Manifest[]
  /** Tool and version. */
  readonly tool: string
  readonly files: readonly SourceFile[]
  /** What the templates ask the cluster for and nobody told, so that the renderer's own answer was taken. */
  readonly assumed?: readonly string[]
}

export type RenderContext = {
  readonly application: Application
  readonly deps: RenderDeps
  /** Every tree at hand, where a field is looked for in what made the Application. */
  readonly trees?: Sources
  /** While values are sentinels, which no schema knows. */
  readonly tracing?: boolean
  /** Asks for a render of its own where outcomes are kept. */
  readonly fresh?: boolean
}

/** A kind of source. One file each; the list in index.ts is in the order in which Argo CD recognises them. */
export type Format = {
  readonly name: 'helm' | 'kustomize' | 'directory'
  recognises(source: ResolvedSource): boolean
  render(source: ResolvedSource, context: RenderContext): Promise<Rendering | Refused>
  /** Every file that rendering may read, found without rendering. */
  reads(source: ResolvedSource): readonly SourceFile[]
  /** Where the field may be set, the best place first; what stands in the way of one is in the list too. */
  places(question: Question): Promise<readonly (Place | Refused)[] | Refused>
}

export function sourceFile(source: ResolvedSource, path: string): SourceFile {
  return { ...treeAt(source), path }
}
