import { applicationName } from './cluster-state.ts'
import { applicationManifest } from './manifests.ts'
import { type PlannedCommit, type Scenario, truths } from './scenario.ts'
import { catalogDeployment, type ShopRepositoryOptions, shopApplicationTexts } from './shop-repository.ts'
import { CATALOG_IMAGES, shopTimes, shopTruths } from './shop-truth.ts'
import type { SyncRecord } from './sync-log.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

export type ShopOptions = ShopRepositoryOptions & {
  /** Where the story starts, epoch milliseconds. The shop has run well for 14 days before. */
  readonly startMs: number
}

/**
 * A shop in which, within minutes of the start: `cart` outgrows its memory limit, `checkout` its CPU limit on a node without room for more,
 * `recommendation` loses two thirds of its requests without any failure, and `catalog` meets a bad release (`shopCommits`).
 * `frontend` with its peaks and the noisy `payments` are healthy throughout.
 */
export function shopScenario(options: ShopOptions): Scenario {
  const { startMs } = options
  const all = shopTruths(shopTimes(startMs))
  return {
    name: 'shop',
    cluster: 'demo',
    startMs,
    bornMs: startMs - 14 * DAY_MS,
    applications: shopApplicationTexts(options).map(applicationManifest),
    policies: [],
    scrapeGapsPerDay: 1,
    [truths]: options.helm === true ? all : all.filter(({ name }) => name !== 'reviews'),
  }
}

/** What people commit while the story runs. */
export function shopCommits(startMs: number): readonly PlannedCommit[] {
  return [
    {
      atMs: startMs + 6 * MINUTE_MS,
      author: 'Dana Reyes <dana@shop.example>',
      message: 'catalog: release 1.9.0',
      files: { 'apps/catalog/deployment.yaml': catalogDeployment(CATALOG_IMAGES.bad) },
    },
  ]
}

/** The syncs with which a scenario's past begins: every Application at the first commit. */
export function firstSyncs(scenario: Scenario, revision: string): readonly SyncRecord[] {
  return scenario.applications.map((application) => ({
    application: applicationName(application),
    revision,
    atMs: scenario.bornMs,
  }))
}
