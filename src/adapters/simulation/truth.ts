import { type RandomWorld, type Right, right } from './random.ts'
import { type Scenario, truths, type WorkloadTruth } from './scenario.ts'

export type { Right }

/** What a world's workloads really need. For tests: nothing that decides may read it, so the index does not export it. */
export function truthOf(scenario: Scenario): readonly WorkloadTruth[] {
  return scenario[truths]
}

/** What would mend a random world, or that nothing has to be. */
export function rightActionOf(world: RandomWorld): Right {
  return world[right]
}
