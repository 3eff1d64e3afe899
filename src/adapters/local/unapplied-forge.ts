import type { Clock, Forge } from '../../ports/index.ts'
import { forgeOn } from './forge.ts'
import { gitStore } from './git-store.ts'
import { memoryStore } from './memory-store.ts'
import { headRef } from './pulls.ts'

export type UnappliedOptions = {
  readonly url: string
  readonly branchPrefix: string
  /** The moment that is looked at. */
  readonly clock: Clock
}

/** A forge on which everything may be proposed, and nothing is merged, and nothing leaves the process. */
export type UnappliedForge = Forge & {
  /** Puts a commit with these files, and no others, onto the default branch. */
  declare(files: ReadonlyMap<string, string>): Promise<void>
}

const NOBODY = { name: 'cluster', email: 'cluster@localhost' }

/** As though every proposal stayed open: over the branches of a bare repository, without what the bot itself has left there, or over nothing. */
export async function unappliedForge(
  options: UnappliedOptions & { readonly gitDir?: string },
): Promise<UnappliedForge> {
  const { gitDir, branchPrefix, clock } = options
  const own = headRef(`${branchPrefix}/`)
  const isPeoples = (ref: string): boolean => ref.startsWith(headRef('')) && !ref.startsWith(own)
  const store = await memoryStore(gitDir === undefined ? undefined : gitStore(gitDir), isPeoples)
  const forge = forgeOn(store, options)
  return {
    ...forge,
    merge: async () => ({ result: 'waiting', by: 'not-applied' }),
    arm: async () => ({ result: 'refused', reason: 'not-applied', message: 'nothing is merged in a backtest' }),
    declare: async (files) => {
      const ref = headRef(await store.defaultBranch())
      const from = (await store.refs()).get(ref)
      const encoder = new TextEncoder()
      const tree = await store.writeTree(
        undefined,
        [...files].map(([path, text]) => ({ path, content: encoder.encode(text), mode: '100644' as const })),
      )
      const parents = from === undefined ? [] : [from]
      const commit = { tree, parents, author: NOBODY, atMs: clock.now(), message: 'as the cluster was\n' }
      await store.update([{ ref, from, to: await store.writeCommit(commit) }])
    },
  }
}
