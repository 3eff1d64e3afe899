import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cases } from '../../bench/detection/cases.ts'
import { events, inAlarm, onsets, points, rates } from '../../bench/detection/metrics.ts'
import { aucPr, vusPr } from '../../bench/detection/ranking.ts'

/** What the reference (shared/tools/metrics.py) gives: `node .bench/bench/detection/golden.js` makes it anew. */
type Golden = {
  readonly name: string
  readonly events: { alerts: number; good: number; events: number; caught: number; delay: number[] }
  readonly onsets: { alerts: number; good: number; events: number; caught: number }
  readonly points: readonly [hits: number, extra: number, missed: number]
  readonly inAlarm: number
  readonly auc: number | null
  readonly vus: number | null
}

const golden: readonly Golden[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'detection-metrics.json'), 'utf8'),
)
const all = cases()

describe('the metrics of bench:detection beside the reference', () => {
  it('are held against every case', () => {
    expect(golden.map((one) => one.name)).toEqual(all.map((one) => one.name))
    expect(golden.length).toBeGreaterThan(15)
  })

  it.each(all.map((one, at) => [one.name, one, golden[at]] as const))(
    'count alike: %s',
    (_, { labels, alarms }, known) => {
      const { delays, ...counts } = events(labels, alarms)
      expect({ ...counts, delay: delays }).toEqual(known?.events)
      expect(onsets(labels, alarms)).toEqual(known?.onsets)
      const { hits, extra, missed } = points(labels, alarms)
      expect([hits, extra, missed]).toEqual(known?.points)
      expect(inAlarm(alarms)).toBeCloseTo(known?.inAlarm ?? Number.NaN, 6)
    },
  )

  it.each(all.map((one, at) => [one.name, one, golden[at]] as const))(
    'rank alike to four digits: %s',
    (_, { labels, scores }, known) => {
      if (known?.auc === null || known?.vus === null) {
        expect(aucPr(labels, scores)).toBeNaN()
        expect(vusPr(labels, scores)).toBeNaN()
        return
      }
      expect(aucPr(labels, scores)).toBeCloseTo(known?.auc ?? Number.NaN, 5)
      expect(vusPr(labels, scores)).toBeCloseTo(known?.vus ?? Number.NaN, 5)
    },
  )
})

describe('rates', () => {
  it('are 0 of nothing', () => {
    expect(rates(0, 0, 0, 0)).toEqual({ precision: 0, recall: 0, f1: 0 })
  })

  it('take precision of alerts and recall of events', () => {
    const { precision, recall, f1 } = rates(1, 2, 3, 4)
    expect([precision, recall]).toEqual([0.5, 0.75])
    expect(f1).toBeCloseTo(0.6)
  })
})
