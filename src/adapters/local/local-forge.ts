import { type ForgeOptions, forgeOn, type ReviewedForge } from './forge.ts'
import { gitStore } from './git-store.ts'

export type LocalForgeOptions = ForgeOptions & {
  /** A bare repository. */
  readonly gitDir: string
  /** Called ahead of each write; what it throws stops that write. For tests of what a kill leaves behind. */
  readonly beforeWrite?: (what: 'tree' | 'commit' | 'refs') => void
}

/**
 * A Forge on any bare Git repository (PROTOCOL 10): branches as on every forge, a pull request as the ref `refs/kintsugi/pulls/<n>`, a lane's note
 * as one under `refs/kintsugi/notes/`. Every ref moves by compare-and-swap. Throws KIN-4001, KIN-4002 and KIN-4004 from its methods.
 */
export function localForge(options: LocalForgeOptions): ReviewedForge {
  return forgeOn(gitStore(options.gitDir, options.beforeWrite), options)
}
