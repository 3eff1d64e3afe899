import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { judgeAll } from '../../src/controller/judging.ts'
import { emptyMemory } from '../../src/controller/memory.ts'
import { detectors, modelFinding } from '../../src/detection/index.ts'
import { sha256 } from '../../src/domain/index.ts'
import { sourcesDigest } from '../detection/sources.ts'
import { Fleet, fitFleet, shelfAt, sinceOf, TICKS } from './fleet.ts'
import { LongestBlock } from './longest-block.ts'

const HELP = `npm run bench:tick -- [--workloads 1000] [--kinds 4] [--memory MiB]

Fits four models on 16 metrics of a few kinds of workloads, gives each of 1,000 workloads the models of its kind, and measures what a tick
costs a process that has just begun (warm start) and one that goes on. Fits are kept below .bench/tick/kept for the next run.`

const MEBIBYTE = 1024 ** 2

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

async function measure(workloads: number, kinds: number, memoryMiB: number, dir: string): Promise<void> {
  const fleet = new Fleet(workloads, kinds)
  const memory = emptyMemory({ shelf: shelfAt(dir), mostBytes: memoryMiB * MEBIBYTE })
  const rows: string[][] = []
  for (let tick = 0; tick < TICKS; tick += 1) {
    const cases = fleet.cases(tick)
    await setImmediate()
    const block = new LongestBlock()
    const begun = performance.now()
    const cpu = process.cpuUsage()
    const judged = await judgeAll({ breathe: () => setImmediate() }, memory, cases, sinceOf(cases))
    let findings = 0
    for (const { one, judged: result } of judged.values()) {
      const { window, nowMs } = one
      if (modelFinding({ judged: result, window, cooldownMs: 0, nowMs }) !== undefined) findings += 1
    }
    const wall = performance.now() - begun
    const { user, system } = process.cpuUsage(cpu)
    const held = block.stop()
    const absent = [...judged.values()].filter(({ one }) => one.absent.length > 0).length
    rows.push([
      tick === 0 ? 'first after a start' : `tick ${tick}`,
      `${(wall / 1000).toFixed(2)} s`,
      `${((user + system) / 1e6).toFixed(2)} s`,
      `${held.wallMs.toFixed(0)} ms`,
      `${held.cpuMs.toFixed(0)} ms`,
      `${Math.round(process.memoryUsage().rss / MEBIBYTE)} MiB`,
      String(absent),
      String(findings),
    ])
  }
  const models = memory.models.held()
  console.log(
    '| | wall | CPU | longest block | its CPU | RSS | without a model | findings |\n|---|---|---|---|---|---|---|---|',
  )
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  console.log(
    `\npeak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB; models in memory ${Math.round(models.bytes / MEBIBYTE)} MiB, on disk ${Math.round(models.shelf.bytes / MEBIBYTE)} MiB in ${models.shelf.entries} files`,
  )
}

/** Fits of other models are other fits. */
function nameOf(workloads: number, kinds: number): string {
  const root = resolve(fileURLToPath(import.meta.url), '../../../..')
  const sources = detectors.map(({ id }) => sourcesDigest(root, id)).join('\n')
  return `${workloads}-${kinds}-${sha256(sources).slice(0, 12)}`
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(HELP)
  const [workloads, kinds, memoryMiB] = [option('workloads', 1000), option('kinds', 4), option('memory', 512)]
  const kept = resolve(fileURLToPath(import.meta.url), '../../../tick/kept')
  const dir = join(kept, nameOf(workloads, kinds))
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (process.argv.includes('--measure')) return measure(workloads, kinds, memoryMiB, dir)
  // Those of an earlier program serve nobody, and are large.
  for (const name of readdirSync(kept))
    if (name !== nameOf(workloads, kinds)) rmSync(join(kept, name), { recursive: true })
  const spent = await fitFleet(new Fleet(workloads, kinds), dir, (text) => console.error(text))
  console.log(
    `${workloads} workloads x 16 metrics, models of ${kinds} kinds; ${spent.toFixed(1)} CPU s of fits for each kind in this run\n`,
  )
  // Fitting has taken memory that a tick does not.
  const again = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--measure'], {
    stdio: 'inherit',
  })
  process.exitCode = again.status ?? 1
}

await main()
