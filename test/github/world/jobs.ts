/** Work that GitHub does in the background: it happens a little later, one at a time, under the world's lock. */
export type Jobs = {
  /** Does `work` after `delayMs`; a job of the same name that waits already is kept. */
  later(name: string, delayMs: number, work: () => Promise<void>): void
  /** Does everything that waits, and what that leads to, now. Not to be called under the lock. */
  settle(): Promise<void>
  /** Drops everything that waits. */
  stop(): void
}

type Waiting = { readonly work: () => Promise<void>; readonly timer: NodeJS.Timeout }

export function createJobs(exclusive: <T>(change: () => Promise<T>) => Promise<T>): Jobs {
  const waiting = new Map<string, Waiting>()
  const running = new Set<Promise<void>>()

  const start = (name: string): void => {
    const job = waiting.get(name)
    if (!job) return
    waiting.delete(name)
    clearTimeout(job.timer)
    const run: Promise<void> = exclusive(job.work)
      .catch((error: unknown) => console.error(`stand-in: the job ${name} failed`, error))
      .finally(() => running.delete(run))
    running.add(run)
  }

  return {
    later(name, delayMs, work) {
      if (waiting.has(name)) return
      const timer = setTimeout(() => start(name), delayMs)
      timer.unref()
      waiting.set(name, { work, timer })
    },
    async settle() {
      while (waiting.size > 0 || running.size > 0) {
        for (const name of [...waiting.keys()]) start(name)
        await Promise.all(running)
      }
    },
    stop() {
      for (const job of waiting.values()) clearTimeout(job.timer)
      waiting.clear()
    },
  }
}
