import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fixedApplications, noCluster, systemClock } from '../../adapters/files/index.ts'
import { localForge } from '../../adapters/local/index.ts'
import { type PrometheusMetrics, prometheusMetrics } from '../../adapters/prometheus/index.ts'
import { defaultConfig } from '../../config.ts'
import type { Repository, Site } from '../../controller/index.ts'
import { type Config, KintsugiError, type Manifest, type Tree } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { parseApplication } from '../../source/index.ts'
import { manifestsIn } from './manifests.ts'

export type RealOptions = {
  readonly cwd: string
  readonly prometheus: string
  readonly tokenFile?: string
  readonly caFile?: string
  /** A bare repository. */
  readonly repo: string
  /** Files with Application manifests; where none is named, those in the repository are used. */
  readonly applications: readonly string[]
  readonly config?: Config
  /** The moment to look at, epoch milliseconds; now where none is given. */
  readonly atMs?: number
}

export type RealWorld = {
  readonly config: Config
  readonly site: Site
  readonly repositories: readonly Repository[]
  readonly clock: Clock
  close(): Promise<void>
}

const BASES = ['main', 'master']

/** A real Prometheus and a bare repository: no cluster and no Argo CD are asked. */
export async function openRealWorld(options: RealOptions): Promise<RealWorld> {
  const gitDir = resolve(options.cwd, options.repo)
  const clock = options.atMs === undefined ? systemClock : fixedClock(options.atMs)
  const forge = localForge({ gitDir, url: `file://${gitDir}`, branchPrefix: 'kintsugi', clock })
  const branch = await forge.defaultBranch()
  const revision = await forge.head(branch)
  if (revision === undefined) throw new KintsugiError('KIN-4002', `${options.repo} has no commit on ${branch}`)
  const manifests = await applicationsOf(options, await forge.tree(revision))
  const urls = [
    `file://${gitDir}`,
    gitDir,
    options.repo,
    ...(options.config?.forges ?? []).map(({ url }) => url),
    ...repoUrlsOf(manifests),
  ]
  const config = options.config ?? configFor(urls, [branch, ...BASES])
  const metrics = metricsOf(config, options, clock)
  const cluster = metrics.cluster
  return {
    config,
    site: { metrics, cluster: noCluster(cluster), gitops: fixedApplications(cluster, manifests) },
    repositories: [{ urls: [...new Set(urls)], forge }],
    clock,
    close: () => metrics.close(),
  }
}

function fixedClock(atMs: number): Clock {
  return { now: () => atMs, sleep: async () => undefined }
}

/** With one repository at hand, every Application that is named reads it, by whatever URL. */
function repoUrlsOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap((manifest) => {
    const parsed = parseApplication(manifest)
    return parsed.parsed ? parsed.application.sources.map((source) => source.repoURL) : []
  })
}

function configFor(repositories: readonly string[], baseBranches: readonly string[]): Config {
  return defaultConfig('default', {
    bindings: [{ cluster: 'default', repositories, baseBranches, paths: ['**'] }],
  })
}

function metricsOf(config: Config, options: RealOptions, clock: Clock): PrometheusMetrics {
  const [cluster] = config.clusters
  if (cluster === undefined) throw new KintsugiError('KIN-2001', 'the configuration names no cluster')
  const told = cluster.prometheus
  return prometheusMetrics({
    cluster: cluster.name,
    url: options.prometheus,
    clock,
    jobs: told?.jobs ?? { cadvisor: ['kubelet', 'cadvisor'], kubeStateMetrics: ['kube-state-metrics'] },
    ...(options.tokenFile === undefined ? {} : { tokenFile: resolve(options.cwd, options.tokenFile) }),
    ...(options.caFile === undefined ? {} : { caFile: resolve(options.cwd, options.caFile) }),
    ...(told?.clusterLabel === undefined ? {} : { clusterLabel: told.clusterLabel }),
    ...(told?.tenant === undefined ? {} : { tenant: told.tenant }),
  })
}

async function applicationsOf(options: RealOptions, tree: Tree): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = []
  if (options.applications.length === 0) {
    for (const path of tree.paths().filter((name) => /\.ya?ml$/.test(name))) {
      manifests.push(...manifestsIn(tree.bytes(path) ?? new Uint8Array(), path).filter(isApplication))
    }
    return manifests
  }
  for (const path of options.applications) {
    const found = manifestsIn(await readNamed(resolve(options.cwd, path), path), path).filter(isApplication)
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
