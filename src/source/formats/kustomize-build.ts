import type { Tree } from '../../domain/index.ts'
import { type BuildOutcome, buildKustomization } from '../kustomize/index.ts'
import type { RenderDeps, ResolvedSource } from '../resolve.ts'

/** The build of a source as Argo CD asks for it, of its own tree or of one changed for a trace. */
export function buildOf(source: ResolvedSource, deps: RenderDeps, tree: Tree = source.tree): BuildOutcome {
  const overrides = source.source.kustomize
  const { loadRestrictions } = deps
  return buildKustomization({
    tree,
    dir: source.dir,
    ...(overrides === undefined ? {} : { overrides }),
    ...(loadRestrictions === undefined ? {} : { loadRestrictions }),
  })
}
