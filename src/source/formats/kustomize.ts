import { buildKustomization, filesReadBy } from '../kustomize/index.ts'
import { type Refused, refuse } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { type Format, type Rendering, sourceFile } from './format.ts'
import { kustomizationFile } from './kustomize-file.ts'
import { kustomizePlaces } from './kustomize-places.ts'

async function render(source: ResolvedSource): Promise<Rendering | Refused> {
  const overrides = source.source.kustomize
  const result = buildKustomization({ tree: source.tree, dir: source.dir, ...(overrides ? { overrides } : {}) })
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
