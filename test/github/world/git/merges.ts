import type { World } from '../world.ts'
import { mustCommit, type Stamp, webFlowStamp, writeCommit } from './commits.ts'
import { log, mergeBase } from './history.ts'
import { gitOnce } from './process.ts'

/** Tree of both sides together; undefined where they conflict. */
export async function mergeTrees(gitDir: string, ours: string, theirs: string): Promise<string | undefined> {
  const run = await gitOnce(gitDir, ['merge-tree', '--write-tree', '--no-messages', ours, theirs], [ours, theirs])
  if (run.code > 1 || run.code < 0) throw new Error(`git merge-tree ended with ${run.code}: ${run.stderr}`)
  return run.code === 0 ? run.stdout.toString().trim() : undefined
}

/**
 * Three-way merge of trees with a base of our choice. `git merge-tree --merge-base` came with 2.40; commits that nothing points to
 * give the same with 2.38.
 */
async function mergeWithBase(world: World, gitDir: string, trees: { base: string; ours: string; theirs: string }) {
  const stamp = webFlowStamp(world)
  const commit = (tree: string, parents: readonly string[]) =>
    writeCommit(world, gitDir, { tree, parents, author: stamp, committer: stamp, message: 'trial', signed: false })
  const base = await commit(trees.base, [])
  return mergeTrees(gitDir, await commit(trees.ours, [base]), await commit(trees.theirs, [base]))
}

/**
 * Copies of the commits of `head` that `onto` has not, on top of it, unsigned as GitHub leaves them. Undefined where one conflicts.
 * Merge commits are left out.
 */
export async function rebase(
  world: World,
  gitDir: string,
  head: string,
  onto: string,
  committer: Stamp,
): Promise<string | undefined> {
  const commits = (await log(gitDir, { from: head, not: onto })).reverse().filter((commit) => commit.parents.length < 2)
  let tip = onto
  for (const commit of commits) {
    const parent = commit.parents[0]
    if (parent === undefined) return undefined
    const tree = await mergeWithBase(world, gitDir, {
      base: (await mustCommit(gitDir, parent)).tree,
      ours: (await mustCommit(gitDir, tip)).tree,
      theirs: commit.tree,
    })
    if (tree === undefined) return undefined
    const { author, message } = commit
    tip = await writeCommit(world, gitDir, { tree, parents: [tip], author, committer, message, signed: false })
  }
  return tip
}

/** Tree of `head` without what `merge` brought to its first parent; undefined where that conflicts. */
export async function revertTree(world: World, gitDir: string, head: string, from: string, to: string) {
  return mergeWithBase(world, gitDir, {
    base: (await mustCommit(gitDir, to)).tree,
    ours: (await mustCommit(gitDir, head)).tree,
    theirs: (await mustCommit(gitDir, from)).tree,
  })
}

export async function haveCommonHistory(gitDir: string, one: string, other: string): Promise<boolean> {
  return (await mergeBase(gitDir, one, other)) !== undefined
}
