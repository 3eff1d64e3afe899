export { type ArgoCdStep, type SimulatedArgoCd, type SimulatedArgoCdOptions, simulatedArgoCd } from './argocd.ts'
export { type SimulatedClockOptions, simulatedClock } from './clock.ts'
export { commitAs, createRepository, fetchFrom, type PersonCommit, pushTo, type Remote } from './people.ts'
export { type RandomWorld, randomScenario } from './random.ts'
export type { PlannedCommit, Scenario } from './scenario.ts'
export type { ScrapedContainer, ScrapedPod, ScrapedWorkload } from './scrape.ts'
export { firstSyncs, type ShopOptions, shopCommits, shopScenario } from './shop.ts'
export { type RepositoryFiles, type ShopRepositoryOptions, shopRepository } from './shop-repository.ts'
export {
  type RenderApplication,
  type Rendered,
  type Simulation,
  type SimulationOptions,
  simulation,
} from './simulation.ts'
export { type MemorySyncStore, memorySyncStore, type SyncRecord, type SyncStore } from './sync-log.ts'
export { type GitSyncStoreOptions, gitSyncStore, SYNC_REF } from './sync-store.ts'
export { createWorld, type Sync, type World, type WorldInput } from './world.ts'
