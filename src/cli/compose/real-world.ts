import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fixedApplications, noCluster, systemClock } from '../../adapters/files/index.ts'
import { localForge, originOf, unappliedForge } from '../../adapters/local/index.ts'
import type { PrometheusMetrics, Reach } from '../../adapters/prometheus/index.ts'
import { defaultConfig } from '../../config.ts'
import type { AuditPlace, Repository, Site } from '../../controller/index.ts'
import { type ApplicationSource, type Config, KintsugiError, type Manifest, type Tree } from '../../domain/index.ts'
import type { Clock, ClusterHistory, Forge, Metrics } from '../../ports/index.ts'
import { parseApplication } from '../../source/index.ts'
import { auditPlace, auditWriter } from './audit-place.ts'
import { manifestsAt, manifestsIn } from './manifests.ts'
import { historyOf, type Jobs, jobsOf, type MetricsOptions, metricsOf, onlyCluster, pastOf } from './metrics.ts'
import { repositoryName, urlsOfRepository } from './repository-urls.ts'

export type RealOptions = MetricsOptions & {
  /** A bare repository. */
  readonly repo: string
  /** As Applications name the repository; see `urlsOfRepository` for what holds where none is told. */
  readonly urls: readonly string[]
  /** Files with Application manifests; where none is named, those in the repository are used. */
  readonly applications: readonly string[]
  readonly config?: Config
  /** The moment to look at, epoch milliseconds; now where none is given. */
  readonly atMs?: number
  /** Whether the repository must not be written to, whatever is asked. */
  readonly readOnly: boolean
  /** A past that is walked through: its clock, and the metrics in the place of the live ones. Proposals stay in memory then. */
  readonly past?: { readonly clock: Clock; metrics(live: () => PrometheusMetrics, cluster: string): Metrics }
}

export type RealWorld = {
  readonly config: Config
  readonly site: Site
  readonly repositories: readonly Repository[]
  /** Where the journal is kept; absent where the operator has switched it off. */
  readonly audit?: AuditPlace
  readonly clock: Clock
  /** Names of the Applications at hand, as `namespace/name`. */
  readonly applications: readonly string[]
  readonly jobs: Jobs
  /** The same Prometheus, asked about the cluster as a whole; whoever opens it closes it. */
  history(): ClusterHistory
  /** Whether Prometheus answers, asked before anything heavy is. */
  reach(): Promise<Reach>
  close(): Promise<void>
}

const BASES = ['main', 'master']

/** Opens a Prometheus and a bare repository as the controller's world. Nothing of a cluster or of Argo CD is asked. */
export async function openRealWorld(options: RealOptions): Promise<RealWorld> {
  const gitDir = resolve(options.cwd, options.repo)
  const { past } = options
  const clock = past?.clock ?? (options.atMs === undefined ? systemClock : fixedClock(options.atMs))
  const url = `file://${gitDir}`
  const branchPrefix = prefixIn(options.config, [url, gitDir, options.repo])
  const forge =
    past === undefined
      ? localForge({ gitDir, url, branchPrefix, clock, readOnly: options.readOnly })
      : await unappliedForge({ gitDir, url, branchPrefix, clock })
  const branch = await forge.defaultBranch()
  const revision = await forge.head(branch)
  if (revision === undefined) throw new KintsugiError('KIN-4002', `${options.repo} has no commit on ${branch}`)
  const manifests = await applicationsOf(options, await forge.tree(revision))
  const parsed = manifests.map((manifest) => parseApplication(manifest)).filter((one) => one.parsed)
  const urls = [
    ...[url, gitDir, options.repo],
    ...urlsOfRepository({
      repo: options.repo,
      told: options.urls,
      origin: await originOf(gitDir),
      read: parsed.flatMap(({ application }) => gitUrlsOf(application.sources)),
    }),
  ]
  const config = options.config ?? configFor(urls, [...new Set([branch, ...BASES])])
  const jobs = jobsOf(config, options.jobs)
  const live = once(() => metricsOf(config, jobs, options, clock))
  const cluster = onlyCluster(config).name
  const metrics = past === undefined ? live.get() : past.metrics(live.get, cluster)
  const weeks = past === undefined ? pastOf(config, jobs, options, clock) : undefined
  const repositories = [{ urls: [...new Set(urls)], forge }]
  const audit =
    past === undefined
      ? await auditPlace(config, repositories, async (named) => localJournal(named, config, options, clock))
      : undefined
  return {
    config,
    ...(audit && { audit }),
    site: {
      metrics,
      ...(weeks && { history: weeks }),
      cluster: noCluster(cluster),
      gitops: fixedApplications(cluster, manifests),
    },
    repositories,
    clock,
    applications: parsed.map(({ application }) => `${application.namespace}/${application.name}`),
    jobs,
    history: () => historyOf(config, jobs, options, clock),
    reach: () => live.get().reach(),
    close: async () => {
      await Promise.all([live.made()?.close(), weeks?.close()])
    },
  }
}

/** What is made when it is first asked for. */
export function once<Made>(make: () => Made): { get(): Made; made(): Made | undefined } {
  let made: Made | undefined
  return {
    get: () => {
      made ??= make()
      return made
    },
    made: () => made,
  }
}

/** Beside a bare repository the journal is kept in another bare repository. */
function localJournal(named: string, config: Config, { cwd, readOnly }: RealOptions, clock: Clock): Forge {
  const gitDir = resolve(cwd, named)
  return localForge({
    ...{ gitDir, url: `file://${gitDir}`, branchPrefix: 'kintsugi', clock, readOnly },
    writer: auditWriter(config, named),
    bases: [],
  })
}

export function fixedClock(atMs: number): Clock {
  return { now: () => atMs, sleep: async () => undefined }
}

function prefixIn(config: Config | undefined, names: readonly string[]): string {
  const known = names.map(repositoryName)
  return config?.forges.find((forge) => known.includes(repositoryName(forge.url)))?.branchPrefix ?? 'kintsugi'
}

/** A chart from a chart repository is in no Git. */
function gitUrlsOf(sources: readonly ApplicationSource[]): readonly string[] {
  return sources.filter((source) => source.chart === undefined).map((source) => source.repoURL)
}

function configFor(repositories: readonly string[], baseBranches: readonly string[]): Config {
  return defaultConfig('default', {
    bindings: [{ cluster: 'default', repositories, baseBranches, paths: ['**'] }],
  })
}

async function applicationsOf(options: RealOptions, tree: Tree): Promise<readonly Manifest[]> {
  if (options.applications.length === 0)
    return tree
      .paths()
      .filter((name) => /\.ya?ml$/.test(name))
      .flatMap((path) => manifestsAt(tree, path).filter(isApplication))
  return applicationsIn(options.applications, options.cwd)
}

/** The Applications of named files. Throws KIN-1002 and KIN-1003. */
export async function applicationsIn(files: readonly string[], cwd: string): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = []
  for (const path of files) {
    const found = manifestsIn(await readNamed(resolve(cwd, path), path), path).filter(isApplication)
    if (found.length === 0) throw new KintsugiError('KIN-1003', `${path} holds no Argo CD Application`)
    manifests.push(...found)
  }
  return manifests
}

async function readNamed(path: string, named: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${named} cannot be read`, { cause })
  }
}

function isApplication(manifest: Manifest): boolean {
  return manifest['kind'] === 'Application' && String(manifest['apiVersion']).startsWith('argoproj.io/')
}
