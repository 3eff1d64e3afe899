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

/** When something begins again and again, as a cron line of five fields says. Each list ascends. */
export type Schedule = {
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** 1 to 31. */
  readonly days: readonly number[]
  /** 1 to 12. */
  readonly months: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  /** Both kinds of days are restricted: then one of them suffices, as cron has it. */
  readonly eitherDay: boolean
}

/** A job or a maintenance that is declared: alarms of the models that begin while it goes on are not told before its end. */
export type KnownEvent = {
  readonly name: string
  readonly schedule: Schedule
  readonly durationMs: number
  /** Whose clock the schedule follows; that of the models where left out. */
  readonly timeZone?: string
}

/** One of the operator's, with whom it concerns. An empty list means all. */
export type ScopedEvent = KnownEvent & {
  readonly clusters: readonly string[]
  /** Exact, or ending in `*` for all that begin so. */
  readonly namespaces: readonly string[]
  /** Names of workloads. */
  readonly workloads: readonly string[]
}
