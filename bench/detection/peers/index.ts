import { ewma } from './ewma.ts'
import type { Peer } from './peer.ts'
import { prometheusBands } from './prometheus-bands.ts'
import { random } from './random.ts'
import { seasonalNaive } from './seasonal-naive.ts'

export type { Peer, Verdicts } from './peer.ts'

export const peers: readonly Peer[] = [random, seasonalNaive, ewma, prometheusBands]
/** What every model must rank better than. */
export const FLOOR = random
