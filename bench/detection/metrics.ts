/** Rows of a judged series, one byte each: 1 = labelled, or in alarm. */
export type Flags = ArrayLike<number>

/** First and last row of a stretch, both inside. */
export type Run = readonly [from: number, to: number]

/** An alert or an event may miss the other by so many rows. */
export const TOLERANCE = 5
/** Alerts with gaps of up to so many rows are one. */
export const JOIN = 10

/** Stretches of flagged rows, oldest first. */
export function runs(flags: Flags): readonly Run[] {
  const found: Run[] = []
  for (let row = 0; row < flags.length; row += 1) {
    if (!flags[row]) continue
    const from = row
    while (row + 1 < flags.length && flags[row + 1]) row += 1
    found.push([from, row])
  }
  return found
}

/** Runs whose starts lie at most `gap` rows after the end before are one. */
export function joined(all: readonly Run[], gap: number): readonly Run[] {
  const found: Run[] = []
  for (const [from, to] of all) {
    const last = found.at(-1)
    if (last !== undefined && from - last[1] <= gap) found[found.length - 1] = [last[0], to]
    else found.push([from, to])
  }
  return found
}

/** `good` alerts met an event, `caught` events were met by an alert. `delays`: rows from the start of each caught event. */
export type EventCounts = {
  readonly alerts: number
  readonly good: number
  readonly events: number
  readonly caught: number
  readonly delays: readonly number[]
}

/** An alert is good when it overlaps an event or the rows just after it; an event is caught when an alarm lies there. */
export function events(labels: Flags, alarms: Flags, tolerance = TOLERANCE, join = JOIN): EventCounts {
  const alerts = joined(runs(alarms), join)
  const faults = joined(runs(labels), tolerance)
  const delays: number[] = []
  for (const [from, to] of faults) {
    const last = Math.min(alarms.length - 1, to + tolerance)
    for (let row = from; row <= last; row += 1) {
      if (!alarms[row]) continue
      delays.push(row - from)
      break
    }
  }
  const good = alerts.filter(([from, to]) =>
    faults.some(([start, end]) => from <= end + tolerance && to >= start),
  ).length
  return { alerts: alerts.length, good, events: faults.length, caught: delays.length, delays }
}

export type OnsetCounts = Omit<EventCounts, 'delays'>

/** Only the first row of an alert earns credit: an alarm that never ends has one onset, whatever it covers. */
export function onsets(labels: Flags, alarms: Flags, tolerance = TOLERANCE, join = JOIN): OnsetCounts {
  const starts = joined(runs(alarms), join).map(([from]) => from)
  const faults = joined(runs(labels), join)
  const near = (start: number, [from, to]: Run): boolean => start >= from - tolerance && start <= to + tolerance
  return {
    alerts: starts.length,
    good: starts.filter((start) => faults.some((fault) => near(start, fault))).length,
    events: faults.length,
    caught: faults.filter((fault) => starts.some((start) => near(start, fault))).length,
  }
}

export type PointCounts = { readonly hits: number; readonly extra: number; readonly missed: number }

/** Row by row, without any adjustment: a fault that is met in one row of a hundred is missed in ninety-nine. */
export function points(labels: Flags, alarms: Flags): PointCounts {
  let hits = 0
  let extra = 0
  let missed = 0
  for (let row = 0; row < labels.length; row += 1) {
    if (labels[row] && alarms[row]) hits += 1
    else if (alarms[row]) extra += 1
    else if (labels[row]) missed += 1
  }
  return { hits, extra, missed }
}

export type Rates = { readonly precision: number; readonly recall: number; readonly f1: number }

/** Shares of good among `alerts` and of caught among `events`, 0 where there are none, and their harmonic mean. */
export function rates(good: number, alerts: number, caught: number, all: number): Rates {
  const precision = alerts === 0 ? 0 : good / alerts
  const recall = all === 0 ? 0 : caught / all
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

/** F1 of rows. */
export function pointF1({ hits, extra, missed }: PointCounts): number {
  return rates(hits, hits + extra, hits, hits + missed).f1
}

/** Share of the rows that are in alarm; 0 of none. */
export function inAlarm(alarms: Flags): number {
  let rows = 0
  for (let row = 0; row < alarms.length; row += 1) if (alarms[row]) rows += 1
  return alarms.length === 0 ? 0 : rows / alarms.length
}
