import { loadedEngines } from '../../src/cli/engines.ts'
import { detectors, judged } from '../../src/detection/index.ts'
import { events, inAlarm, JOIN, joined, onsets, points, rates, runs } from '../detection/metrics.ts'
import { afterDeploy, FAULTS_FROM, inBackup, inMondayPeak, PER_DAY } from './calendar.ts'
import { k8s16 } from './generate.ts'

/** What must not fire, by the rows in which it is. */
const QUIET = { 'Monday peak': inMondayPeak, deploy: afterDeploy, backup: inBackup } as const

/** Judges the faulty weeks of one workload, and prints what was found of the faults and of what must not fire. */
async function main(seed: number): Promise<void> {
  const begun = performance.now()
  const { window, labels, faults } = k8s16(seed)
  const result = judged(detectors, { window, from: FAULTS_FROM, seed, engines: await loadedEngines() })
  const truth = labels.subarray(FAULTS_FROM)
  const alarms = Uint8Array.from(result.alarms, (alarm) => (alarm === 1 ? 1 : 0))
  const found = events(truth, alarms)
  const event = rates(found.good, found.alerts, found.caught, found.events)
  const started = onsets(truth, alarms)
  const onset = rates(started.good, started.alerts, started.caught, started.events)
  const point = points(truth, alarms)
  console.log(
    `seed ${seed}: ${faults.length} faults, ${found.alerts} alerts, ${(found.alerts * PER_DAY) / truth.length} a day`,
  )
  console.log(
    `event P ${event.precision.toFixed(3)} R ${event.recall.toFixed(3)} F1 ${event.f1.toFixed(3)}; onset F1 ${onset.f1.toFixed(3)}; point F1 ${rates(point.hits, point.hits + point.extra, point.hits, point.hits + point.missed).f1.toFixed(3)}; in alarm ${inAlarm(alarms).toFixed(3)}`,
  )
  const wrong = joined(runs(alarms), JOIN).filter(([from, to]) => !truth.subarray(from, to + 6).includes(1))
  for (const [name, within] of Object.entries(QUIET))
    console.log(`${name}: ${wrong.filter(([from]) => within(FAULTS_FROM + from)).length} false alerts`)
  for (const kind of new Set(faults.map((fault) => fault.kind))) {
    const own = faults.filter((fault) => fault.kind === kind)
    const met = own.filter(({ from, to }) => alarms.subarray(from - FAULTS_FROM, to - FAULTS_FROM + 5).includes(1))
    console.log(`${kind}: ${met.length} of ${own.length}`)
  }
  console.log(`${Math.round((performance.now() - begun) / 1000)} s`)
}

await main(Number(process.argv[2] ?? 42))
