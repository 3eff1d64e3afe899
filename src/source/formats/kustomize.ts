import { filesReadBy } from '../kustomize/index.ts'
import { type Refused, refuse } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { type Format, type RenderContext, type Rendering, sourceFile } from './format.ts'
import { buildOf } from './kustomize-build.ts'
import { kustomizationFile } from './kustomize-file.ts'
import { kustomizePlaces } from './kustomize-places.ts'

async function render(source: ResolvedSource, context: RenderContext): Promise<Rendering | Refused> {
  const result = buildOf(source, context.deps)
  if (!result.built) return refuse(result.reason, result.message)
  const paths = [...new Set(result.files.map((file) => file.path))]
  return {
    objects: result.objects,
    tool: 'kintsugi-kustomize',
    files: paths.map((path) => sourceFile(source, path)),
  }
}

/** A kustomization, built in process. */
export const kustomize: Format = {
  name: 'kustomize',
  recognises: (source) =>
    source.source.kustomize !== undefined ||
    (source.source.directory === undefined && kustomizationFile(source) !== undefined),
  render,
  reads: (source) => filesReadBy(source.tree, source.dir).map((path) => sourceFile(source, path)),
  places: kustomizePlaces,
}
