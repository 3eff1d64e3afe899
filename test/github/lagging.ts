import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeReaders } from './world/git/object-reader.ts'
import { listRefs, ZERO_OID } from './world/git/refs.ts'
import type { Issue, Pull } from './world/issues.ts'
import type { Repository } from './world/repositories.ts'
import type { World } from './world/world.ts'

/** A world to read from, and what it takes up on disk. */
export type View = { readonly world: World; close(): void }

/** Shows the world as a replica shows it that lags behind: refs where they stood, and nothing that was made since. */
export type Lagging = { asOf(ms: number): Promise<View> }

type Move = { readonly repositoryId: number; readonly ref: string; readonly before: string; readonly at: number }

export function createLagging(world: World): Lagging {
  const moves: Move[] = []
  world.events.on((event) => {
    if (event.event !== 'push') return
    moves.push({ repositoryId: event.repository.id, ref: event.ref, before: event.before, at: world.clock.now() })
  })
  return {
    async asOf(ms) {
      const since = world.clock.now() - ms
      const folder = mkdtempSync(join(tmpdir(), 'kintsugi-github-lag-'))
      const shown = new Map<number, Repository>()
      for (const [id, repository] of world.repositories) {
        const own = moves.filter((move) => move.repositoryId === id && move.at > since)
        shown.set(id, {
          ...former(repository, since),
          gitDir: await formerRefs(repository, own, join(folder, `${id}.git`)),
        })
      }
      return {
        world: { ...world, repositories: shown },
        close() {
          closeReaders(folder)
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
  }
}

function former(repository: Repository, since: number): Repository {
  const threads = [...repository.threads].flatMap(([number, thread]) =>
    thread.createdAt > since ? [] : [[number, formerThread(thread, since)] as const],
  )
  return {
    ...repository,
    threads: new Map(threads),
    checkRuns: repository.checkRuns.filter((run) => run.startedAt <= since),
    statuses: repository.statuses.filter((status) => status.createdAt <= since),
  }
}

function formerThread(thread: Issue | Pull, since: number): Issue | Pull {
  const comments = thread.comments.filter((comment) => comment.createdAt <= since)
  if (thread.kind === 'issue') return { ...thread, comments }
  return { ...thread, comments, reviews: thread.reviews.filter((review) => review.submittedAt <= since) }
}

/** A bare repository with the same objects and the refs of then. */
async function formerRefs(repository: Repository, moves: readonly Move[], gitDir: string): Promise<string> {
  const refs = new Map((await listRefs(repository.gitDir, 'refs/')).map(({ ref, oid }) => [ref, oid]))
  for (const { ref, before } of [...moves].reverse()) {
    if (before === ZERO_OID) refs.delete(ref)
    else refs.set(ref, before)
  }
  for (const folder of ['refs', 'objects/info']) mkdirSync(join(gitDir, folder), { recursive: true })
  writeFileSync(join(gitDir, 'HEAD'), `ref: refs/heads/${repository.defaultBranch}\n`)
  writeFileSync(join(gitDir, 'objects/info/alternates'), `${join(repository.gitDir, 'objects')}\n`)
  const lines = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ref, oid]) => `${oid} ${ref}\n`)
  writeFileSync(join(gitDir, 'packed-refs'), lines.join(''))
  return gitDir
}
