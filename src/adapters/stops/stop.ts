/** What a source says. One that cannot be read stops as one that says stop, with the reason. */
export type Stop = { readonly stops: false } | { readonly stops: true; readonly unreadable?: string }

export type StopSource = () => Promise<Stop>

const MOST_WORDS = 200

/** Text of others as the end of a sentence of ours: one line, short, without control characters. */
export function unreadable(why: string): Stop {
  const line = why
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return { stops: true, unreadable: line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS - 1)}…` : line }
}

/**
 * Asks at most once at a time, and not again within `keptMs`: several workloads of one tick ask for the same. Milliseconds of `nowMs`, which
 * never goes back.
 */
export function keptFor(keptMs: number, ask: StopSource, nowMs: () => number = () => performance.now()): StopSource {
  let known: { readonly untilMs: number; readonly answer: Promise<Stop> } | undefined
  return () => {
    if (known !== undefined && nowMs() < known.untilMs) return known.answer
    const answer = ask().catch((error: unknown) => unreadable(error instanceof Error ? error.message : 'unknown'))
    known = { untilMs: Number.POSITIVE_INFINITY, answer }
    return answer.finally(() => {
      known = { untilMs: nowMs() + keptMs, answer }
    })
  }
}
