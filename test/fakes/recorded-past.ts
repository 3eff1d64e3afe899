import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { recordInto } from '../../src/adapters/recording/index.ts'
import { commitAs, createRepository } from '../../src/adapters/simulation/index.ts'
import { historySignals, tickSignals } from '../../src/detection/index.ts'
import { rangeEndingAt } from '../../src/domain/index.ts'
import type { Metrics } from '../../src/ports/index.ts'
import type { Case } from '../scenarios/case.ts'
import { worldOf } from '../scenarios/worlds.ts'
import { URL, Walk } from './walk.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE

/** A past that nobody mended, in a folder: a recording of its metrics, its bare repository, its policies and a configuration. */
export type RecordedPast = {
  readonly folder: string
  readonly metrics: Metrics
  readonly startMs: number
  readonly untilMs: number
  /** Flags of `backtest` for it, with its repository. */
  readonly flags: readonly string[]
}

export type PastOptions = {
  readonly minutes: number
  readonly withHistory?: boolean
  /** Whether the server said of every answer that data may be missing. */
  readonly partial?: boolean
}

/** Plays the world of a case without the bot, and records what a Prometheus would have told of it. */
export async function recordedPast(
  folder: string,
  it: Pick<Case, 'world' | 'starts' | 'pastDays' | 'repository'>,
  { minutes, withHistory = false, partial = false }: PastOptions,
): Promise<RecordedPast> {
  const parts = worldOf(it)
  const walk = await Walk.begin({ ...parts, writes: 'observe' })
  const startMs = walk.clock.now()
  await walk.minutes(minutes, false)
  const untilMs = walk.clock.now()
  const { metrics } = walk.world
  const recorder = await recordInto(join(folder, 'past'))
  const through = recorder.over(partial ? partially(metrics) : metrics)
  const lookBack = 360 * MINUTE
  await through.read(tickSignals, rangeEndingAt(untilMs, untilMs - startMs + lookBack, MINUTE))
  if (withHistory)
    await through.read(
      [...historySignals, 'job-active'],
      rangeEndingAt(untilMs, untilMs - startMs + 40 * DAY, 5 * MINUTE),
    )
  await recorder.finish({ fromMs: startMs, untilMs })
  const { cluster } = parts.scenario
  const gitDir = join(folder, 'shop.git')
  const author = 'Robin Ames <robin@shop.example>'
  await createRepository(gitDir, 'main')
  await commitAs(gitDir, { branch: 'main', author, message: 'first', atMs: parts.scenario.bornMs, files: parts.files })
  for (const commit of parts.commits) await commitAs(gitDir, { branch: 'main', ...commit })
  await writeFile(join(folder, 'kintsugi.yaml'), configOf(cluster))
  for (const [path, text] of Object.entries(parts.files)) {
    if (!path.startsWith('.kintsugi/policies/')) continue
    const file = join(folder, 'policies', path.slice('.kintsugi/policies/'.length))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const flags = ['--recorded', 'past', '--repo', 'shop.git', '--config', 'kintsugi.yaml', '--models', 'off']
  return { folder, metrics, startMs, untilMs, flags }
}

function partially(metrics: Metrics): Metrics {
  return {
    cluster: metrics.cluster,
    read: async (ids, range, scope) =>
      (await metrics.read(ids, range, scope)).map((answer) => ({
        ...answer,
        status: 'partial',
        problem: 'a store is away',
      })),
  }
}

/** As `Walk` is configured. */
function configOf(cluster: string): string {
  return `clusters:
  - name: ${cluster}
forges:
  - {name: shop, kind: local, url: "${URL}"}
bindings:
  - {cluster: ${cluster}, namespace: shop, repositories: ["${URL}"], baseBranches: [main], paths: ["**"]}
ceiling: {mode: automerge, automergeIsolation: process}
tick: {every: 60s, step: 60s, warmUp: 30m, lookBack: 6h}
`
}
