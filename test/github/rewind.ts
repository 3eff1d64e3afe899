import { git } from './world/git/process.ts'
import { listRefs } from './world/git/refs.ts'
import type { World } from './world/world.ts'

/**
 * Remembers a repository as it is now, and gives what puts it back: threads, checks, settings and every ref. For tests that go on from one moment
 * again and again. What runs in the background has to be settled before, both times; objects that were made since stay, as garbage does.
 */
export async function momentOf(world: World, repositoryId: number): Promise<() => Promise<void>> {
  const now = world.repositories.get(repositoryId)
  if (now === undefined) throw new Error(`no repository ${repositoryId}`)
  const kept = structuredClone(now)
  const refs = new Map((await listRefs(now.gitDir, 'refs/')).map(({ ref, oid }) => [ref, oid]))
  return async () => {
    await world.jobs.settle()
    const there = await listRefs(kept.gitDir, 'refs/')
    const gone = there.filter(({ ref }) => !refs.has(ref)).map(({ ref }) => `delete ${ref}\n`)
    const back = [...refs].map(([ref, oid]) => `update ${ref} ${oid}\n`)
    await git(kept.gitDir, ['update-ref', '--stdin'], { input: [...gone, ...back].join('') })
    world.repositories.set(repositoryId, structuredClone(kept))
  }
}
