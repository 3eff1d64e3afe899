/** "Look again", and where: nothing that a webhook says is believed beyond that. Without a repository: at all of them. */
export type Nudge = {
  /** `owner/name` */
  readonly repository?: string
  readonly installation?: number
  readonly pull?: number
  readonly sha?: string
}

export type Timer = (run: () => void, ms: number) => () => void

const WAIT_MS = 250
const MOST_REPOSITORIES = 1000

export type Nudges = { add(nudge: Nudge): void; close(): void }

/** Gathers what comes within a moment into one nudge per repository. Above a thousand repositories at once, one for all of them. */
export function nudges(tell: (nudge: Nudge) => void, after: Timer, waitMs = WAIT_MS): Nudges {
  let waiting = new Map<string, Nudge>()
  let cancel: (() => void) | undefined
  const flush = (): void => {
    cancel = undefined
    const gathered = waiting
    waiting = new Map()
    for (const nudge of gathered.size > MOST_REPOSITORIES ? [{}] : gathered.values()) tell(nudge)
  }
  return {
    add(nudge) {
      const key = nudge.repository ?? ''
      const earlier = waiting.get(key)
      if (earlier !== undefined || waiting.size <= MOST_REPOSITORIES)
        waiting.set(key, earlier === undefined ? nudge : both(earlier, nudge))
      cancel ??= after(flush, waitMs)
    },
    close: () => cancel?.(),
  }
}

/** What both say; the rest is left out. */
function both(one: Nudge, other: Nudge): Nudge {
  const { repository, installation, pull, sha } = one
  return {
    ...(repository !== undefined && { repository }),
    ...(installation !== undefined && installation === other.installation && { installation }),
    ...(pull !== undefined && pull === other.pull && { pull }),
    ...(sha !== undefined && sha === other.sha && { sha }),
  }
}

/** A timer that keeps no process alive. */
export const timer: Timer = (run, ms) => {
  const handle = setTimeout(run, ms)
  handle.unref()
  return () => clearTimeout(handle)
}
