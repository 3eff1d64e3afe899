/** A stretch of flagged samples without a contradicting one between them. `samples` counts the flagged ones. */
export type Run = { readonly fromMs: number; readonly toMs: number; readonly samples: number }

/** So many missing samples in a row leave a run unbroken: one failed scrape is no recovery. */
const BRIDGED_POINTS = 2

/** Gaps between runs below this are one episode, whatever the cooldown (PROTOCOL 1). */
const EPISODE_GAP_MS = 6 * 3_600_000

/**
 * The runs of samples that are flagged, oldest first. A missing sample (not finite) neither extends a run nor, up to two in a row,
 * ends it.
 */
export function runsOf(
  values: ArrayLike<number>,
  startMs: number,
  stepMs: number,
  flagged: (value: number) => boolean,
): readonly Run[] {
  const runs: Run[] = []
  let open: { fromMs: number; toMs: number; samples: number } | undefined
  let missing = 0
  const close = () => {
    if (open !== undefined) runs.push(open)
    open = undefined
  }
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN
    const atMs = startMs + index * stepMs
    if (!Number.isFinite(value)) {
      missing += 1
      if (missing > BRIDGED_POINTS) close()
      continue
    }
    missing = 0
    if (!flagged(value)) close()
    else if (open === undefined) open = { fromMs: atMs, toMs: atMs, samples: 1 }
    else open = { fromMs: open.fromMs, toMs: atMs, samples: open.samples + 1 }
  }
  close()
  return runs
}

/** First moment of the episode that the last run belongs to: runs with gaps shorter than max(cooldown, 6 h) are one. */
export function episodeStart(runs: readonly Run[], cooldownMs: number): number | undefined {
  const gapMs = Math.max(cooldownMs, EPISODE_GAP_MS)
  let startMs = runs.at(-1)?.fromMs
  for (let index = runs.length - 2; index >= 0 && startMs !== undefined; index -= 1) {
    const earlier = runs[index]
    if (earlier === undefined || startMs - earlier.toMs >= gapMs) break
    startMs = earlier.fromMs
  }
  return startMs
}
