export { isForbiddenPath } from '../forge-limits/index.ts'
export { type ForgeOptions, forgeOn, type ReviewedForge } from './forge.ts'
export { type ClonedJournal, readJournal } from './journal.ts'
export { type LocalForgeOptions, localForge } from './local-forge.ts'
export { originOf } from './origin.ts'
export { gitRange, type NamedCommit } from './range.ts'
export type {
  Commit,
  Entry,
  FileMode,
  FileWrite,
  Identity,
  Listing,
  LogEntry,
  NewCommit,
  RefChange,
  Store,
  Stored,
} from './store.ts'
export { gitHistory, gitTree } from './tree.ts'
export { type UnappliedForge, unappliedForge } from './unapplied-forge.ts'
