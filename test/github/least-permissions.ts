import type { Level, Permissions } from './exchange.ts'
import type { Call } from './world/world.ts'

/** The least that an installation must be granted for these calls: what each needed, the stronger level of each name. */
export function leastPermissions(calls: readonly Call[]): Permissions {
  const least = new Map<string, Level>()
  for (const call of calls) {
    if (call.actor.kind !== 'installation' || call.status >= 400) continue
    for (const [name, level] of Object.entries(call.needed)) if (least.get(name) !== 'write') least.set(name, level)
  }
  return Object.fromEntries([...least].sort(([a], [b]) => (a < b ? -1 : 1)))
}
