import type { ResolvedSource } from '../resolve.ts'
import { directory } from './directory.ts'
import type { Format } from './format.ts'
import { helm } from './helm.ts'
import { kustomize } from './kustomize.ts'

/** In the order in which Argo CD recognises a source; a directory is what is left. */
export const formats: readonly Format[] = [helm, kustomize, directory]

export function formatOf(source: ResolvedSource): Format {
  return formats.find((format) => format.recognises(source)) ?? directory
}
