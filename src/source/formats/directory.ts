import { isRefused, type Refused } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { manifestFiles, writtenObjects } from './directory-files.ts'
import { directoryPlaces } from './directory-places.ts'
import { type Format, type Rendering, sourceFile } from './format.ts'

async function render(source: ResolvedSource): Promise<Rendering | Refused> {
  const objects = writtenObjects(source)
  if (isRefused(objects)) return objects
  return {
    objects: objects.map((object) => object.manifest),
    tool: 'kintsugi-directory',
    files: manifestFiles(source).map((path) => sourceFile(source, path)),
  }
}

/** Plain manifests, in YAML or JSON. */
export const directory: Format = {
  name: 'directory',
  recognises: () => true,
  render,
  reads: (source) => manifestFiles(source).map((path) => sourceFile(source, path)),
  places: async (question) => directoryPlaces(question),
}
