import type { ResolvedSource } from '../resolve.ts'
import { joinPath } from '../tree.ts'

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** The kustomization file of a directory, undefined where there is none. */
export function kustomizationFile(source: Pick<ResolvedSource, 'tree' | 'dir'>): string | undefined {
  return NAMES.flatMap((name) => joinPath(source.dir, name) ?? []).find((path) => source.tree.blob(path) !== undefined)
}
