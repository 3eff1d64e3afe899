import type { Voting } from '../domain/index.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS

/**
 * So often a day a healthy model may vote for an anomaly: seven times in ten days, and twice a day where two things have to come together
 * anyhow, another model and a second metric. What is sampled faster has a higher bar for the single row. Chosen on five families of single
 * metrics, held against each of them without it, and on generated workloads of several (docs/measurements.md).
 */
const VOTES_A_DAY = { usual: 0.7, corroborated: 2 } as const
/** At a coarse step two a day would be every twelfth row. */
const MOST_RATE = 0.01
/**
 * An alarm lasts while the joint tail stays below so many times the usual rate: a lower bar to stay than to begin keeps one event one alarm. That
 * another metric agrees makes it easier to begin, and no easier to stay.
 */
export const KEEP = { together: 50, alone: 10, most: 0.2 } as const
/** What is sampled fast has to last this long before it is an alarm, ms: a single sample is no event. */
const PERSIST_MS = 2 * MINUTE_MS
/** An alarm is over after so many rows that are as usual. */
const RECOVERY_ROWS = 2

/** The tail below which a model votes for an anomaly, at a step, where `deciding` models have to agree on so many metrics. */
export function alarmRate(stepMs: number, deciding: number, metrics: number): number {
  return rateOf(deciding > 1 && metrics > 1 ? VOTES_A_DAY.corroborated : VOTES_A_DAY.usual, stepMs)
}

function rateOf(votesADay: number, stepMs: number): number {
  return Math.min(MOST_RATE, (votesADay * stepMs) / DAY_MS)
}

/** The bar to begin an alarm, and the lower one to stay in it. */
export type Bar = { readonly rate: number; readonly keep: number }

export function barOf(stepMs: number, deciding: number, metrics: number): Bar {
  const usual = rateOf(VOTES_A_DAY.usual, stepMs)
  const keep = Math.min(KEEP.most, usual * (deciding > 1 ? KEEP.together : KEEP.alone))
  return { rate: alarmRate(stepMs, deciding, metrics), keep }
}

/** How many models have to agree at least where so many are configured. */
export function decidingOf(configured: number, voting?: Voting): number {
  return voting === 'any' ? 1 : Math.min(2, configured)
}

/** So many more rows may lie among those that are rare enough: one that was missed or is as usual does not start the count anew. */
const SLACK_ROWS = 2

/** Rows that must be below the rate before an alarm begins: 1 where a step is as long as that. At most 29, so that they fit a word. */
function persistence(stepMs: number): number {
  return Math.min(29, Math.max(1, Math.round(PERSIST_MS / stepMs)))
}

/**
 * Whether each row is in alarm (1), is not (0) or nobody knows (NaN): from the joint tails alone, row by row, never from later ones. An
 * unknown row counts as a usual one for the rows after it, so that missing samples never make an alarm that their values would not.
 */
export function alarmsOf(joint: Float64Array, stepMs: number, { rate, keep }: Bar): Float64Array {
  const needed = persistence(stepMs)
  const seen = needed === 1 ? 1 : (1 << (needed + SLACK_ROWS)) - 1
  const alarms = new Float64Array(joint.length)
  let rare = 0
  let usual = 0
  let open = false
  for (let row = 0; row < joint.length; row += 1) {
    const tail = joint[row] ?? Number.NaN
    const known = Number.isFinite(tail)
    rare = ((rare << 1) | (tail < rate ? 1 : 0)) & seen
    usual = tail < keep ? 0 : usual + 1
    if (tail < rate && ones(rare) >= needed) open = true
    else if (usual >= RECOVERY_ROWS) open = false
    alarms[row] = known ? (open && usual === 0 ? 1 : 0) : Number.NaN
  }
  return alarms
}

function ones(word: number): number {
  let count = 0
  for (let left = word; left !== 0; left &= left - 1) count += 1
  return count
}
