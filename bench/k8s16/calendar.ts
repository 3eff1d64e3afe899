/** Five minutes. */
export const STEP_MS = 300_000
export const PER_DAY = 288
/** A Monday, midnight UTC. */
export const START_MS = Date.UTC(2026, 0, 5)
/** Three Mondays are a pattern. */
export const CLEAN_DAYS = 21
export const FAULTY_DAYS = 14
export const ROWS = (CLEAN_DAYS + FAULTY_DAYS) * PER_DAY
/** The first row in which a fault may lie. */
export const FAULTS_FROM = CLEAN_DAYS * PER_DAY

/** Rows at which a new version went out; the level of some metrics is another one from then on. */
export const DEPLOYS = [9 * PER_DAY + 130, 23 * PER_DAY + 140, 30 * PER_DAY + 125] as const

export function hourOf(row: number): number {
  return (row % PER_DAY) / 12
}

/** 0 is Monday. */
export function weekdayOf(row: number): number {
  return Math.floor(row / PER_DAY) % 7
}

/** Monday 8 to 10: a peak that comes each week and is no fault. */
export function inMondayPeak(row: number): boolean {
  return weekdayOf(row) === 0 && hourOf(row) >= 7 && hourOf(row) < 11
}

/** 2:00 to 2:30: a nightly job that is no fault. */
export function inBackup(row: number): boolean {
  return hourOf(row) >= 2 && hourOf(row) < 2.5
}

export function afterDeploy(row: number): boolean {
  return DEPLOYS.some((deploy) => row >= deploy && row < deploy + 24)
}
