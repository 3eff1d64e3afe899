/** Five minutes. */
export const STEP_MS = 300_000
export const PER_HOUR = 12
export const PER_DAY = 24 * PER_HOUR
const PER_WEEK = 7 * PER_DAY
/** A Monday, midnight UTC. */
export const START_MS = Date.UTC(2026, 0, 5)
/** Three Mondays are a pattern. */
export const CLEAN_DAYS = 21
export const FAULTY_DAYS = 14
export const ROWS = (CLEAN_DAYS + FAULTY_DAYS) * PER_DAY
/** The first row in which a fault may lie. */
export const FAULTS_FROM = CLEAN_DAYS * PER_DAY

/** Rows at which a new version went out; the level of some metrics is another one from then on. */
export const DEPLOYS = [
  9 * PER_DAY + 130,
  16 * PER_DAY + 110,
  23 * PER_DAY + 140,
  26 * PER_DAY + 100,
  30 * PER_DAY + 125,
] as const

export function hourOf(row: number): number {
  return (row % PER_DAY) / PER_HOUR
}

/** 0 is Monday. */
export function weekdayOf(row: number): number {
  return Math.floor(row / PER_DAY) % 7
}

/** Monday 7 to 11: around 9, a peak that comes each week and is no fault. */
export function inMondayPeak(row: number): boolean {
  return weekdayOf(row) === 0 && hourOf(row) >= 7 && hourOf(row) < 11
}

/** A nightly job begins at 2 and takes 20 to 40 minutes; the half hour after it counts as its own. */
export const JOB_AT = 2 * PER_HOUR
export function inNightlyJob(row: number): boolean {
  const at = row % PER_DAY
  return at >= JOB_AT && at < JOB_AT + 14
}

/** The two hours that a deploy takes to settle. */
export function afterDeploy(row: number): boolean {
  return DEPLOYS.some((deploy) => row >= deploy && row < deploy + 2 * PER_HOUR)
}

/** Monday midnight: what is old is removed from the volume. */
export function inCleanUp(row: number): boolean {
  return row % PER_WEEK < PER_HOUR
}

/** The heap is given back every 36 hours. */
export const HEAP_ROWS = 36 * PER_HOUR
export function atHeapRelease(row: number): boolean {
  return row % HEAP_ROWS < PER_HOUR / 2
}
