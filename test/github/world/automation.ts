import { fireAutoMerges } from './auto-merge.ts'
import type { WorldEvent } from './events.ts'
import { advanceQueue } from './merge-queue.ts'
import { scheduleMergeability } from './mergeability.ts'
import type { World } from './world.ts'

const MOVES_PULLS = new Set<WorldEvent['event']>([
  'push',
  'pull_request',
  'pull_request_review',
  'check_run',
  'status',
  'merge_group',
])
const CHANGES_HEAD = new Set(['opened', 'reopened', 'synchronize'])

/** Milliseconds until GitHub acts on a change by itself. */
const REACTION_MS = 10

/** Lets every change lead to what GitHub does by itself. */
export function startAutomation(world: World): void {
  world.events.on((event) => {
    if (!('repository' in event) || !MOVES_PULLS.has(event.event)) return
    const repo = event.repository
    if (event.event === 'pull_request' && CHANGES_HEAD.has(event.action)) scheduleMergeability(world, repo, event.pull)
    world.jobs.later(`advance ${repo.id}`, REACTION_MS, async () => {
      await fireAutoMerges(world, repo)
      await advanceQueue(world, repo)
    })
  })
}
