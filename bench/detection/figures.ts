import { atPoints, type Labelled } from './dataset.ts'
import {
  type EventCounts,
  events,
  type OnsetCounts,
  onsets,
  type PointCounts,
  points,
  type Rates,
  rates,
} from './metrics.ts'
import type { Verdicts } from './peers/index.ts'
import { aucPr, vusPr } from './ranking.ts'

const DAY_MS = 86_400_000

/** What one line of the table counts on one series. `vus` and `auc` are NaN where no event is judged. */
export type Counted = {
  readonly group: string
  readonly name: string
  readonly events: EventCounts
  readonly onsets: OnsetCounts
  readonly points: PointCounts
  readonly judged: number
  readonly days: number
  readonly vus: number
  readonly auc: number
}

/** Counts at the points of the file. A point that nobody judged is not in alarm and ranks lowest. */
export function countOn(series: Labelled, { scores, alarms }: Verdicts): Counted {
  const { labels, window } = series
  const inAlarm = atPoints(series, alarms, 0)
  let lowest = 0
  for (const score of scores) if (score < lowest) lowest = score
  const ranked = atPoints(series, scores, lowest)
  return {
    group: series.group,
    name: `${series.family}/${series.name}`,
    events: events(labels, inAlarm),
    onsets: onsets(labels, inAlarm),
    points: points(labels, inAlarm),
    judged: labels.length,
    days: (labels.length * window.stepMs) / DAY_MS,
    vus: vusPr(labels, ranked),
    auc: aucPr(labels, ranked),
  }
}

export type Figures = {
  readonly event: Rates
  readonly onset: Rates
  readonly inAlarm: number
  readonly pointF1: number
  readonly alertsPerDay: number
  readonly vus: number
  readonly auc: number
  /** Points from the start of an event to its first alarm, the middle one of those caught; NaN of none. */
  readonly delay: number
}

/**
 * Figures of one group: rates of the sums over its series, so that one without an event still carries its false alarms; VUS-PR and AUC-PR are means over
 * the series with an event.
 */
export function figuresOf(all: readonly Counted[]): Figures {
  const sum = (of: (one: Counted) => number): number => all.reduce((total, one) => total + of(one), 0)
  const hits = sum((one) => one.points.hits)
  const extra = sum((one) => one.points.extra)
  const alerts = sum((one) => one.events.alerts)
  return {
    event: rates(
      sum((one) => one.events.good),
      alerts,
      sum((one) => one.events.caught),
      sum((one) => one.events.events),
    ),
    onset: rates(
      sum((one) => one.onsets.good),
      sum((one) => one.onsets.alerts),
      sum((one) => one.onsets.caught),
      sum((one) => one.onsets.events),
    ),
    inAlarm: (hits + extra) / sum((one) => one.judged),
    pointF1: rates(hits, hits + extra, hits, hits + sum((one) => one.points.missed)).f1,
    alertsPerDay: alerts / sum((one) => one.days),
    vus: meanOf(all.map((one) => one.vus)),
    auc: meanOf(all.map((one) => one.auc)),
    delay: middleOf(all.flatMap((one) => one.events.delays)),
  }
}

/** Mean of each figure over groups, each counting alike. */
export function macro(groups: readonly Figures[]): Figures {
  const mean = (of: (one: Figures) => number): number => meanOf(groups.map(of))
  const meanRates = (of: (one: Figures) => Rates): Rates => ({
    precision: mean((one) => of(one).precision),
    recall: mean((one) => of(one).recall),
    f1: mean((one) => of(one).f1),
  })
  return {
    event: meanRates((one) => one.event),
    onset: meanRates((one) => one.onset),
    inAlarm: mean((one) => one.inAlarm),
    pointF1: mean((one) => one.pointF1),
    alertsPerDay: mean((one) => one.alertsPerDay),
    vus: mean((one) => one.vus),
    auc: mean((one) => one.auc),
    delay: mean((one) => one.delay),
  }
}

/** Figures of each group, in order of name. */
export function byGroup(all: readonly Counted[]): ReadonlyMap<string, Figures> {
  const groups = [...new Set(all.map((one) => one.group))].sort()
  return new Map(groups.map((group) => [group, figuresOf(all.filter((one) => one.group === group))]))
}

/** Mean of the numbers that are there. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? Number.NaN : known.reduce((total, value) => total + value, 0) / known.length
}

function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return sorted.length === 0 ? Number.NaN : ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half)] ?? 0)) / 2
}
