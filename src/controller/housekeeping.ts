import { KintsugiError } from '../domain/index.ts'
import type { Remembered } from './history.ts'
import type { Tick } from './lane.ts'
import type { LaneReport } from './reconcile.ts'

/** What was done for a repository as a whole. */
export type Kept =
  | { readonly repository: string; readonly kept: 'swept'; readonly branches: readonly string[] }
  | { readonly repository: string; readonly kept: 'failed'; readonly message: string }

/** Ticks between two sweeps of branches that nothing holds any more. */
const SWEEP_EVERY = 60

/** What belongs to no lane. Done after the lanes, since it can wait; a repository that the world takes away does not stop the others. */
export async function keepHouse(
  tick: Tick,
  remembered: readonly Remembered[],
  _lanes: readonly LaneReport[],
): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  const sweeps = tick.memory.ticks % SWEEP_EVERY === 0
  tick.memory.ticks += 1
  for (const one of remembered) {
    try {
      if (sweeps) kept.push(...(await sweep(one)))
    } catch (error) {
      if (!(error instanceof KintsugiError)) throw error
      kept.push({ repository: one.repository.forge.repository, kept: 'failed', message: error.message })
    }
  }
  return kept
}

async function sweep({ repository: { forge } }: Remembered): Promise<readonly Kept[]> {
  const branches = await forge.sweep()
  return branches.length === 0 ? [] : [{ repository: forge.repository, kept: 'swept', branches }]
}
