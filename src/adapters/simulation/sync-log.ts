/** One sync of an Application, as the world's Argo CD did it. */
export type SyncRecord = {
  /** Name of the Application. */
  readonly application: string
  /** Commit, 40 hex digits. */
  readonly revision: string
  readonly atMs: number
}

/** Where syncs are remembered: the world's only memory, outside of every process. */
export interface SyncStore {
  /** The newest commit of a branch, or undefined when there is no such branch. */
  head(branch: string): Promise<string | undefined>
  /** Oldest first. */
  read(): Promise<readonly SyncRecord[]>
  /** Adds at the end, all or none. Throws KIN-4004 when others keep writing at the same time. */
  append(records: readonly SyncRecord[]): Promise<void>
}

/** A store in memory, whose branches a test moves by hand. */
export type MemorySyncStore = SyncStore & { move(branch: string, revision: string): void }

export function memorySyncStore(records: readonly SyncRecord[] = []): MemorySyncStore {
  const log = [...records]
  const heads = new Map<string, string>()
  return {
    head: async (branch) => heads.get(branch),
    read: async () => [...log],
    append: async (added) => {
      log.push(...added)
    },
    move: (branch, revision) => {
      heads.set(branch, revision)
    },
  }
}
