/** Scores in this share of a history are so high that neighbours among them are one occasion. */
const HIGH_SHARE = 0.1
/**
 * What lasts longer is another one: a level that was shifted for good has to become usual. Of several metrics the models take the level of late
 * off by themselves, and what is wrong with a workload lasts for hours.
 */
const OCCASION_MS = { alone: 30 * 60_000, together: 6 * 3_600_000 } as const
/** So many rows that are not as high end an occasion. */
const APART = 3

/**
 * Scores of a window of so many metrics in order of time, of which each occasion counts once, by its highest: a failure of half an hour is no six failures, and must
 * not become usual for its length. NaN are left out.
 */
export function occasions(scores: ArrayLike<number>, stepMs: number, metrics: number): Float64Array {
  const known = Float64Array.from(scores).filter(Number.isFinite)
  const occasionMs = metrics > 1 ? OCCASION_MS.together : OCCASION_MS.alone
  const most = Math.max(1, Math.round(occasionMs / stepMs))
  const high = known.slice().sort()[Math.floor((1 - HIGH_SHARE) * known.length)] ?? Number.POSITIVE_INFINITY
  let kept = 0
  let open = 0
  let long = most
  let below = 0
  for (const score of known) {
    const isHigh = score > high
    below = isHigh ? 0 : below + 1
    if (below >= APART) long = most
    if (isHigh && long < most) {
      long += 1
      known[open] = Math.max(known[open] ?? score, score)
      continue
    }
    if (isHigh) {
      open = kept
      long = 1
    }
    known[kept] = score
    kept += 1
  }
  return known.slice(0, kept)
}
