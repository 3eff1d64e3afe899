import type { Application } from '../domain/index.ts'
import type { Tick } from './lane.ts'

/** Every other Application that the cluster knows: whoever of them reads a touched file is rendered too. */
export function otherApplications(tick: Tick, application: Application): readonly Application[] {
  return tick.sight.applications
    .map((known) => known.application)
    .filter((other) => other.name !== application.name || other.namespace !== application.namespace)
}
