import { AsyncLocalStorage } from 'node:async_hooks'

/** Which wake-up a call belongs to: what another one has read, this one does not know. */
export const TASK = new AsyncLocalStorage<string>()
