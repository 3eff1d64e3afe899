import type { Answer } from './exchange.ts'
import type { Incoming, StandIn } from './stand-in.ts'

export function pageAnswer(_standIn: StandIn, _incoming: Incoming): Answer | undefined {
  return undefined
}
