import {
  type PlannedCommit,
  type RepositoryFiles,
  randomScenario,
  type Scenario,
  shopCommits,
  shopRepository,
  shopScenario,
} from '../../src/adapters/simulation/index.ts'
import { type TruthChange, truths, type WorkloadTruth } from '../../src/adapters/simulation/scenario.ts'
import { valueAt } from '../../src/domain/index.ts'
import { URL } from '../fakes/walk.ts'
import type { Case, FileTexts, ShopWorld, TruthSketch } from './case.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MIB = 1024 * 1024

export type WorldParts = {
  readonly scenario: Scenario
  readonly files: RepositoryFiles
  readonly commits: readonly PlannedCommit[]
}

export function worldOf(it: Pick<Case, 'world' | 'starts' | 'pastDays' | 'repository'>): WorldParts {
  const parts = 'random' in it.world ? randomScenario(it.world.random, URL) : shopOf(it.world.shop, it)
  const { scenario, commits } = parts
  return { scenario, commits, files: withTexts(parts.files, it.repository ?? {}) }
}

/** The shop with some of its workloads, some of them otherwise than in the shop's story. */
export function shopOf(
  { only, truth = {} }: ShopWorld,
  { starts = '2026-01-07T10:00:00Z', pastDays = 2 }: Pick<Case, 'starts' | 'pastDays'> = {},
): WorldParts {
  const startMs = Date.parse(starts)
  const whole = shopScenario({ repoURL: URL, startMs })
  const nameOf = (application: Scenario['applications'][number]) =>
    String(valueAt(application, ['metadata', 'name']) ?? '')
  return {
    scenario: {
      ...whole,
      bornMs: startMs - pastDays * DAY_MS,
      applications: whole.applications.filter((application) => only.includes(nameOf(application))),
      [truths]: whole[truths]
        .filter(({ name }) => only.includes(name))
        .map((one) => changedTruth(one, truth[one.name], startMs)),
    },
    files: shopRepository({ repoURL: URL }),
    commits: only.includes('catalog') ? shopCommits(startMs) : [],
  }
}

function changedTruth(truth: WorkloadTruth, sketch: TruthSketch | undefined, startMs: number): WorkloadTruth {
  if (sketch === undefined) return truth
  const changes = sketch.changes?.map(
    ({ atMinute, overMinutes, addMi, cpuFactor }): TruthChange => ({
      atMs: startMs + atMinute * MINUTE_MS,
      overMs: overMinutes * MINUTE_MS,
      ...(addMi === undefined ? {} : { addBytes: addMi * MIB }),
      ...(cpuFactor === undefined ? {} : { cpuFactor }),
    }),
  )
  return {
    ...truth,
    memory: sketch.needsMi === undefined ? truth.memory : { ...truth.memory, baseBytes: sketch.needsMi * MIB },
    changes: changes ?? truth.changes,
  }
}

/** Throws where a text that is to be replaced is not there: the case would ask something else than it says. */
export function withTexts(files: RepositoryFiles, texts: FileTexts): Record<string, string> {
  const changed: Record<string, string> = { ...files }
  for (const [path, text] of Object.entries(texts)) {
    if (typeof text === 'string') changed[path] = text
    else {
      const before = files[path]
      if (before === undefined || !before.includes(text.replace)) throw new Error(`${path} has no ${text.replace}`)
      changed[path] = before.replace(text.replace, text.by)
    }
  }
  return changed
}
