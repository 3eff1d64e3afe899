/** A stretch of time, epoch milliseconds: from `fromMs` on, up to but without `toMs`. */
export type Stretch = { readonly fromMs: number; readonly toMs: number }

/** What models are told beside the samples that they learn from. */
export type Learning = {
  /** IANA zone whose clock the days and weeks of the metrics follow. */
  readonly timeZone: string
  /** Nothing usual is learned from these: incidents that are known, holidays. */
  readonly excluded: readonly Stretch[]
}

/** Days and weeks by the clock of UTC, and nothing is left out. */
export const PLAIN_LEARNING: Learning = { timeZone: 'UTC', excluded: [] }
