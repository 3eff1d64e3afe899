import type { Tree } from '../domain/index.ts'
import { sameRepository } from './repository.ts'
import type { Sources } from './resolve.ts'

/** A tree with the repository and revision that it answers for. */
export type TreeAt = { readonly tree: Tree; readonly repoURL: string; readonly revision: string }

/** Text in a file of a tree: the offset where it begins, and what writes it. */
export type Passage = {
  readonly file: TreeAt & { readonly path: string }
  readonly at: number
  readonly text: string
  readonly by: string
}

function plainBranch(revision: string): string {
  return revision.startsWith('refs/heads/') ? revision.slice('refs/heads/'.length) : revision
}

/**
 * Whether an edit of the one is an edit of the other. Equal content alone does not say so: two branches may hold the same files, and an
 * edit reaches one of them. `HEAD` may be any branch, so there the content decides.
 */
export function sameTree(a: TreeAt, b: TreeAt): boolean {
  if (!sameRepository(a.repoURL, b.repoURL)) return false
  const [one, other] = [plainBranch(a.revision), plainBranch(b.revision)]
  if (one !== other && one !== 'HEAD' && other !== 'HEAD') return false
  // The id of a tree may cost a look at all of its files.
  return a.tree === b.tree || a.tree.oid === b.tree.oid
}

/** The sources in which one tree has become another. */
export function replaceTree(sources: Sources, before: TreeAt, after: Tree): Sources {
  return {
    tree: (repoURL, revision) => {
      const tree = sources.tree(repoURL, revision)
      return tree !== undefined && sameTree({ tree, repoURL, revision }, before) ? after : tree
    },
  }
}
