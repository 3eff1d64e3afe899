import {
  type EventCounts,
  events,
  JOIN,
  joined,
  type OnsetCounts,
  onsets,
  type PointCounts,
  points,
  runs,
  TOLERANCE,
} from '../detection/metrics.ts'
import type { K8s16 } from './generate.ts'
import { ELSEWHERE, occasions, quietIn } from './quiet.ts'

/** How many of all there were. */
export type Met = { readonly met: number; readonly of: number }

/** What one line of the table counts on one workload. */
export type Counted = {
  readonly events: EventCounts
  readonly onsets: OnsetCounts
  readonly points: PointCounts
  readonly judged: number
  readonly inAlarm: number
  /** Faults that an alarm met, by kind. */
  readonly kinds: ReadonlyMap<string, Met>
  /** False alerts by what they were mistaken for, and how often that was there; 0 times where nothing was. */
  readonly wrong: ReadonlyMap<string, Met>
}

/** Alarms of the rows from `from` on against what is known of a workload. */
export function countOn(workload: K8s16, from: number, alarms: Uint8Array): Counted {
  const truth = workload.labels.subarray(from, from + alarms.length)
  const judged = workload.faults.filter((fault) => fault.from >= from && fault.from < from + alarms.length)
  const kinds = new Map<string, Met>()
  for (const fault of judged) {
    const { met, of } = kinds.get(fault.kind) ?? { met: 0, of: 0 }
    const caught = alarms.subarray(fault.from - from, fault.to - from + TOLERANCE).includes(1)
    kinds.set(fault.kind, { met: met + (caught ? 1 : 0), of: of + 1 })
  }
  return {
    events: events(truth, alarms),
    onsets: onsets(truth, alarms),
    points: points(truth, alarms),
    judged: alarms.length,
    inAlarm: alarms.reduce((sum, alarm) => sum + alarm, 0),
    kinds,
    wrong: wrongOf(workload, from, truth, alarms),
  }
}

function wrongOf(workload: K8s16, from: number, truth: Uint8Array, alarms: Uint8Array): Counted['wrong'] {
  const quiet = quietIn(workload)
  const wrong = new Map<string, Met>(
    [...occasions(quiet, from, from + alarms.length)].map(([name, of]) => [name, { met: 0, of }]),
  )
  wrong.set(ELSEWHERE, { met: 0, of: 0 })
  for (const [begun, last] of joined(runs(alarms), JOIN)) {
    if (truth.subarray(Math.max(0, begun - TOLERANCE), last + 1).includes(1)) continue
    const [name = ELSEWHERE] = [...quiet].find(([, within]) => within(from + begun)) ?? []
    const { met, of } = wrong.get(name) ?? { met: 0, of: 0 }
    wrong.set(name, { met: met + 1, of })
  }
  return wrong
}

/** The counts of several workloads as those of one. */
export function summed(all: readonly Counted[]): Counted {
  const sum = (of: (one: Counted) => number): number => all.reduce((total, one) => total + of(one), 0)
  return {
    events: {
      alerts: sum((one) => one.events.alerts),
      good: sum((one) => one.events.good),
      events: sum((one) => one.events.events),
      caught: sum((one) => one.events.caught),
      delays: all.flatMap((one) => one.events.delays),
    },
    onsets: {
      alerts: sum((one) => one.onsets.alerts),
      good: sum((one) => one.onsets.good),
      events: sum((one) => one.onsets.events),
      caught: sum((one) => one.onsets.caught),
    },
    points: {
      hits: sum((one) => one.points.hits),
      extra: sum((one) => one.points.extra),
      missed: sum((one) => one.points.missed),
    },
    judged: sum((one) => one.judged),
    inAlarm: sum((one) => one.inAlarm),
    kinds: together(all.map((one) => one.kinds)),
    wrong: together(all.map((one) => one.wrong)),
  }
}

function together(all: readonly ReadonlyMap<string, Met>[]): ReadonlyMap<string, Met> {
  const total = new Map<string, Met>()
  for (const one of all)
    for (const [name, { met, of }] of one) {
      const before = total.get(name) ?? { met: 0, of: 0 }
      total.set(name, { met: before.met + met, of: before.of + of })
    }
  return total
}
