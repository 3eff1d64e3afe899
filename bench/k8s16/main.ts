import { parseArgs } from 'node:util'
import { loadedEngines } from '../../src/cli/engines.ts'
import { detectors, type Engines } from '../../src/detection/index.ts'
import { FAULTS_FROM, PER_DAY } from './calendar.ts'
import { type Counted, countOn, summed } from './count.ts'
import { k8s16 } from './generate.ts'
import { alarmsOfLines } from './lines.ts'
import { recordedOf } from './recordings.ts'
import { byKind, figures, type Lines } from './table.ts'

const SEEDS = ['42', '43', '44']
/** `--quick` judges the first seed's Monday peak and first deploy, and stops there. */
const QUICK_DAYS = 4

/** What every line counts on the workload of a seed. */
function judge(seed: number, days: number | undefined, engines: Engines): Lines {
  const workload = k8s16(seed)
  const length = days === undefined ? workload.window.length : FAULTS_FROM + days * PER_DAY
  const columns = workload.window.columns.map((column) => ({ ...column, values: column.values.slice(0, length) }))
  const window = { ...workload.window, columns, length }
  const tracks = detectors.map(
    (detector) => recordedOf(process.cwd(), detector, { window, from: FAULTS_FROM }, seed, engines).track,
  )
  const lines = alarmsOfLines({ ...workload, window }, FAULTS_FROM, tracks)
  return new Map([...lines].map(([name, alarms]) => [name, countOn(workload, FAULTS_FROM, alarms)]))
}

function together(all: readonly Lines[]): Lines {
  const names = [...(all[0]?.keys() ?? [])]
  const of = (name: string): readonly Counted[] => all.flatMap((lines) => lines.get(name) ?? [])
  return new Map(names.map((name) => [name, summed(of(name))]))
}

/** Judges the faulty weeks of one workload a seed, and prints what was found of the faults and of what must not fire. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true })
  const asked = positionals.length > 0 ? positionals : SEEDS
  const seeds = (values.quick ? asked.slice(0, 1) : asked).map(Number)
  const engines = await loadedEngines()
  const all: Lines[] = []
  for (const seed of seeds) {
    const lines = judge(seed, values.quick ? QUICK_DAYS : undefined, engines)
    all.push(lines)
    console.log(`seed ${seed}\n${figures(lines)}\n`)
  }
  const whole = together(all)
  if (seeds.length > 1) console.log(`seeds ${seeds.join(', ')} together\n${figures(whole)}\n`)
  console.log(byKind(whole))
}

await main()
