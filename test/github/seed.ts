import { branchRef, moveBranches } from './world/branches.ts'
import { writeCommit } from './world/git/commits.ts'
import { resolveRef } from './world/git/refs.ts'
import { changeTree, EMPTY_TREE, writeBlob } from './world/git/trees.ts'
import type { Repository } from './world/repositories.ts'
import type { World } from './world/world.ts'

/** A commit by a person on top of a branch, which is made where it is not there yet; its oid. */
export async function seedCommit(
  world: World,
  repository: Repository,
  login: string,
  branch: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const account = world.accounts.get(login)
  if (account === undefined) throw new Error(`nobody is called ${login}`)
  const { gitDir } = repository
  const parent = await resolveRef(gitDir, branchRef(branch))
  const changes = await Promise.all(
    Object.entries(files).map(async ([path, text]) => ({ path, mode: '100644', oid: await writeBlob(gitDir, text) })),
  )
  const stamp = { name: account.name, email: account.email, atMs: world.clock.now(), zone: '+0000' }
  const oid = await writeCommit(world, gitDir, {
    tree: await changeTree(gitDir, parent ?? EMPTY_TREE, changes),
    parents: parent === undefined ? [] : [parent],
    author: stamp,
    committer: stamp,
    message: `change ${Object.keys(files).join(', ')}`,
    signed: false,
  })
  const change = { ref: branchRef(branch), before: parent, after: oid }
  const moved = await world.exclusive(() => moveBranches(world, repository, { account, workflows: true }, [change]))
  if (!moved.ok) throw new Error(moved.text)
  return oid
}
