const MINUTE_MS = 60_000

/**
 * When the joint tail becomes an alarm, and when that is over. Rates are those at which healthy rows reach them; a fixed rate was measured
 * to be as good as a tuned one, and a lower bar to stay than to begin keeps one event one alarm.
 */
export const ALARM = {
  /** A model votes for an anomaly, and an alarm begins, below this tail. */
  rate: 0.003,
  /** An alarm lasts while the joint tail stays below this. */
  keep: 0.03,
  /** What is sampled fast has to last this long before it is an alarm, ms: a single sample is no event. */
  persistMs: 3 * MINUTE_MS,
  /** An alarm is over after so many judged rows that are as usual. */
  recovery: 2,
} as const

/** So many more rows may lie among those that are rare enough: one that was missed or is as usual does not start the count anew. */
const SLACK_ROWS = 2

/** Rows that must be below the rate before an alarm begins: 1 where a step is as long as `persistMs`. At most 29, so that they fit a word. */
function persistence(stepMs: number): number {
  return Math.min(29, Math.max(1, Math.round(ALARM.persistMs / stepMs)))
}

/**
 * Whether each row is in alarm (1), is not (0) or nobody knows (NaN): from the joint tails alone, row by row, never from later ones. An
 * unknown row counts as a usual one for the rows after it, so that missing samples never make an alarm that their values would not.
 */
export function alarmsOf(joint: Float64Array, stepMs: number): Float64Array {
  const needed = persistence(stepMs)
  const seen = needed === 1 ? 1 : (1 << (needed + SLACK_ROWS)) - 1
  const alarms = new Float64Array(joint.length)
  let rare = 0
  let usual = 0
  let open = false
  for (let row = 0; row < joint.length; row += 1) {
    const tail = joint[row] ?? Number.NaN
    const known = Number.isFinite(tail)
    rare = ((rare << 1) | (tail < ALARM.rate ? 1 : 0)) & seen
    usual = tail < ALARM.keep ? 0 : usual + 1
    if (tail < ALARM.rate && ones(rare) >= needed) open = true
    else if (usual >= ALARM.recovery) open = false
    alarms[row] = known ? (open && usual === 0 ? 1 : 0) : Number.NaN
  }
  return alarms
}

function ones(word: number): number {
  let count = 0
  for (let left = word; left !== 0; left &= left - 1) count += 1
  return count
}
