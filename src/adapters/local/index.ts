export { type ForgeOptions, forgeOn, type ReviewedForge } from './forge.ts'
export { isForbiddenPath } from './limits.ts'
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
