import type { Payload } from '../webhooks.ts'
import type { WorldEvent } from '../world/events.ts'
import type { World } from '../world/world.ts'

/** What each App that listens is sent of a change. */
export function payloadsOf(_world: World, _event: WorldEvent, _root: string): readonly Payload[] {
  return []
}
