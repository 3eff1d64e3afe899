import { fixedApplications, noCluster, systemClock } from '../../adapters/files/index.ts'
import { githubForge } from '../../adapters/github/index.ts'
import { type KubernetesSite, kubernetesSite } from '../../adapters/kubernetes/index.ts'
import { configError } from '../../config.ts'
import type { AuditPlace, Repository } from '../../controller/index.ts'
import {
  type Binding,
  type ClusterConfig,
  type ClusterVersions,
  type Config,
  type ForgeConfig,
  type JsonPath,
  KintsugiError,
} from '../../domain/index.ts'
import { covers, POLICY_API_VERSION } from '../../policy/index.ts'
import type { Clock } from '../../ports/index.ts'
import { branchOf, checkText, readAttempt } from '../../proposal/index.ts'
import { auditPlace, auditWriter } from './audit-place.ts'
import type { GithubAccess, GithubDoor } from './github-access.ts'
import { historyOf, jobsOf, type MetricsOptions, metricsOf, onlyCluster, pastOf } from './metrics.ts'
import { applicationsIn, fixedClock, type RealWorld } from './real-world.ts'
import { repositoryName } from './repository-urls.ts'

export type GithubOptions = MetricsOptions & {
  readonly config: Config
  /** Files with Application manifests; where none is named, those of the cluster. */
  readonly applications: readonly string[]
  readonly atMs?: number
  readonly readOnly: boolean
  /** What speaks to a GitHub; tests bring one that is in memory. */
  readonly door: GithubDoor
}

export type GithubWorld = RealWorld & {
  /** What charts see of the cluster; what the configuration says wins. Asked once. */
  readonly versions?: ClusterVersions
  /** Reads of the cluster that is looked at. */
  readonly configMap: KubernetesSite['configMap']
}

/**
 * The world of the configuration: its GitHubs, the Prometheus and the Argo CD of its first cluster. Only bound repositories are opened, each
 * once. Throws KIN-2001 with what is missing and where it is set.
 */
export async function openGithubWorld(options: GithubOptions): Promise<GithubWorld> {
  const { config } = options
  const cluster = onlyCluster(config)
  const clock = options.atMs === undefined ? systemClock : fixedClock(options.atMs)
  const jobs = jobsOf(config, options.jobs)
  const metrics = metricsOf(config, jobs, options, clock)
  const past = pastOf(config, jobs, options, clock)
  const files = options.applications.length > 0 ? await applicationsIn(options.applications, options.cwd) : undefined
  const reached = siteOf(config, cluster, clock)
  const site = files === undefined ? reached : undefined
  const { repositories, audit, close } = await openRepositories(config, options.door, clock, options.readOnly)
  return {
    config,
    site: {
      metrics,
      history: past,
      cluster: site?.cluster ?? noCluster(cluster.name),
      gitops: site?.gitops ?? fixedApplications(cluster.name, files ?? []),
    },
    repositories,
    configMap: reached.configMap,
    ...(audit && { audit }),
    clock,
    applications: [],
    jobs,
    history: () => historyOf(config, jobs, options, clock),
    reach: () => metrics.reach(),
    close: async () => {
      await Promise.all([metrics.close(), past.close(), close()])
    },
    ...(site !== undefined && { versions: await versionsOf(site, cluster) }),
  }
}

/** Every bound repository, opened once, and that of the journal. Throws KIN-2001 for one that no forge has. */
export async function openRepositories(
  config: Config,
  door: GithubDoor,
  clock: Clock,
  readOnly: boolean,
): Promise<{ readonly repositories: readonly Repository[]; readonly audit?: AuditPlace; close(): Promise<void> }> {
  const wanted = boundRepositories(config)
  const journal = config.audit.enabled && config.audit.repository !== undefined ? config.audit.repository : undefined
  const journalOn = journal === undefined ? [] : [onForge(config, journal, AUDIT)]
  const accesses = accessesOf(config, [...wanted, ...journalOn], door)
  const opened = async (one: Bound, writer?: string): Promise<Repository> => {
    const access = accesses.get(one.forge.name)
    if (access === undefined) throw new KintsugiError('KIN-9001', `the forge ${one.forge.name} was not opened`)
    return repositoryOf(one, access, { clock, readOnly, writer })
  }
  const repositories: Repository[] = []
  for (const one of wanted) repositories.push(await opened(one))
  const audit = await auditPlace(
    config,
    repositories,
    async (named) => (await opened(onForge(config, named, AUDIT), auditWriter(config, named))).forge,
  )
  return {
    repositories,
    ...(audit && { audit }),
    close: async () => {
      await Promise.all([...accesses.values()].map((one) => one.close()))
    },
  }
}

/** A repository that a binding names, on the GitHub that has it. */
export type Bound = {
  readonly forge: ForgeConfig
  readonly owner: string
  readonly name: string
  readonly bindings: readonly Binding[]
}

/** Throws KIN-2001 for a bound repository that no forge of the configuration has. */
export function boundRepositories(config: Config): readonly Bound[] {
  const { bindings } = config
  if (bindings.length === 0)
    throw configError(config, ['bindings'], 'bindings are missing: without one there is no repository to look at')
  const found = new Map<string, Bound>()
  for (const [at, binding] of bindings.entries())
    for (const [nth, url] of binding.repositories.entries()) {
      const key = repositoryName(url).toLowerCase()
      const bound = found.get(key) ?? onForge(config, url, ['bindings', at, 'repositories', nth])
      found.set(key, { ...bound, bindings: [...bound.bindings, binding] })
    }
  return [...found.values()]
}

const AUDIT: JsonPath = ['audit', 'repository']

/** Which GitHub of the configuration has a repository; nothing of it is bound yet. */
function onForge(config: Config, url: string, path: JsonPath): Bound {
  const { forges } = config
  const [host = '', owner, name, ...rest] = repositoryName(url).split('/')
  const forge = forges.find(({ kind, url: root }) => kind === 'github' && new URL(root).host === host)
  if (forge === undefined || owner === undefined || name === undefined || rest.length > 0)
    throw configError(
      config,
      path,
      `${path === AUDIT ? 'audit.repository' : path[0]}: ${url} is on no forge of kind github; add it to forges, or mend the URL`,
    )
  return { forge, owner, name, bindings: [] }
}

function accessesOf(config: Config, wanted: readonly Bound[], door: GithubDoor): ReadonlyMap<string, GithubAccess> {
  const named = new Set(wanted.map(({ forge }) => forge.name))
  const used = config.forges.filter(({ name }) => named.has(name))
  return new Map(used.map((forge) => [forge.name, door(forge)]))
}

type Opening = { readonly clock: Clock; readonly readOnly: boolean; readonly writer: string | undefined }

async function repositoryOf(bound: Bound, access: GithubAccess, opening: Opening): Promise<Repository> {
  const { forge, owner, name, bindings } = bound
  const { clock, readOnly, writer } = opening
  const { host, origin } = new URL(forge.url)
  const url = `${origin}/${owner}/${name}`
  const { api, mirror } = await access.repository(owner, name)
  return {
    urls: [url, `git@${host}:${owner}/${name}`, `ssh://git@${host}/${owner}/${name}`, `${host}/${owner}/${name}`],
    forge: githubForge(api, {
      url,
      branchPrefix: forge.branchPrefix,
      clock,
      mirror,
      branchOf: (lane) => branchOf(lane, forge.branchPrefix),
      read: readAttempt,
      checkText,
      ...(forge.github?.signatures !== undefined && { signatures: forge.github.signatures }),
      bases: [...new Set(bindings.flatMap(({ baseBranches }) => baseBranches))],
      covers: (path) => bindings.some(({ paths }) => covers(paths, path)),
      readOnly,
      ...(writer !== undefined && { writer }),
    }),
  }
}

function siteOf(config: Config, { name, kubernetes = {}, argocd }: ClusterConfig, clock: Clock): KubernetesSite {
  const { kubeconfig, context } = kubernetes
  return kubernetesSite({
    cluster: name,
    argocd: argocd ?? { namespaces: ['argocd'], hub: false },
    policyApiVersion: config.policyApiVersion ?? POLICY_API_VERSION,
    clock,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(config.policyNamespaces.length > 0 && { policyNamespaces: config.policyNamespaces }),
  })
}

async function versionsOf(site: KubernetesSite, { kubernetes }: ClusterConfig): Promise<ClusterVersions> {
  const { kubeVersion, apiVersions } = kubernetes ?? {}
  if (kubeVersion !== undefined && apiVersions !== undefined) return { kubeVersion, apiVersions }
  const asked = await site.versions()
  return { ...asked, ...(kubeVersion !== undefined && { kubeVersion }), ...(apiVersions && { apiVersions }) }
}
