import { isRefused, type Refused } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { manifestFiles, objectsOfFile, type WrittenObject } from './directory-files.ts'
import { type Format, type Rendering, sourceFile } from './format.ts'

/** The objects of a directory of plain manifests, with where each is written. */
export function writtenObjects(source: ResolvedSource): readonly WrittenObject[] | Refused {
  const objects: WrittenObject[] = []
  for (const file of manifestFiles(source)) {
    const found = objectsOfFile(source, file)
    if (isRefused(found)) return found
    objects.push(...found)
  }
  return objects
}

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
}
