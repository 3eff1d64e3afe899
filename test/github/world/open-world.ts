import { startAutomation } from './automation.ts'
import { closeReaders } from './git/object-reader.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

/** A world that also does what GitHub does by itself: mergeability, auto-merge, merge queue. */
export function openWorld(dir: string, options: WorldOptions = {}): World {
  const world = createWorld(dir, options)
  startAutomation(world)
  return world
}

export function closeWorld(world: World): void {
  world.jobs.stop()
  closeReaders(world.dir)
}
