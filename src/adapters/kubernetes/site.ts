import {
  type ClusterVersions,
  groupOf,
  isJsonObject,
  KintsugiError,
  type Manifest,
  type Subject,
  valueAt,
  workloadKey,
} from '../../domain/index.ts'
import type { Clock, Cluster, GitOps } from '../../ports/index.ts'
import { liveApplication } from './applications.ts'
import { configMapData } from './config-map.ts'
import { factsOf, type NamespaceLists } from './facts.ts'
import { type ApiKind, listAll, pathOf, whole } from './list.ts'
import { clusterReach, type Reach, type ReachOptions } from './reach.ts'
import { clusterVersions } from './versions.ts'

export type KubernetesOptions = ReachOptions & {
  /** Name of the cluster in the configuration. */
  readonly cluster: string
  readonly argocd: {
    readonly namespaces: readonly string[]
    /** Whether this Argo CD deploys into other clusters too: then only Applications whose destination has the cluster's name count. */
    readonly hub: boolean
  }
  /** Where SelfHealingPolicies are read; everywhere where left out, which needs a ClusterRole. */
  readonly policyNamespaces?: readonly string[]
  /** `group/version` of SelfHealingPolicy. */
  readonly policyApiVersion: string
  readonly clock: Clock
}

export type KubernetesSite = {
  readonly cluster: Cluster
  readonly gitops: GitOps
  versions(): Promise<ClusterVersions>
  /** The texts of one ConfigMap; undefined where there is none. Throws KIN-6001 and KIN-6002. */
  configMap(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined>
}

const WORKLOADS: readonly ApiKind[] = [
  { apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' },
  { apiVersion: 'apps/v1', plural: 'statefulsets', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', plural: 'daemonsets', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', plural: 'replicasets', kind: 'ReplicaSet' },
  { apiVersion: 'batch/v1', plural: 'jobs', kind: 'Job' },
  { apiVersion: 'batch/v1', plural: 'cronjobs', kind: 'CronJob' },
  { apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', kind: 'Rollout' },
]
const APPLICATION: ApiKind = { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', kind: 'Application' }
const LISTED: Readonly<Record<keyof NamespaceLists, ApiKind>> = {
  horizontal: { apiVersion: 'autoscaling/v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler' },
  vertical: { apiVersion: 'autoscaling.k8s.io/v1', plural: 'verticalpodautoscalers', kind: 'VerticalPodAutoscaler' },
  scaled: { apiVersion: 'keda.sh/v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject' },
  limits: { apiVersion: 'v1', plural: 'limitranges', kind: 'LimitRange' },
}
/** Within one tick the lanes of a namespace share its lists. */
const SHARED_MS = 20_000

/** A cluster and its Argo CD, read through the API server. Nothing is opened before the first question. */
export function kubernetesSite(options: KubernetesOptions): KubernetesSite {
  const reach = clusterReach(options)
  const { cluster: name, argocd } = options
  const lists = sharedLists(reach, options.clock)
  return {
    gitops: {
      cluster: name,
      applications: async () => {
        const found = await inNamespaces(reach, APPLICATION, argocd.namespaces)
        if (found === undefined)
          throw new KintsugiError(
            'KIN-6002',
            `the cluster ${name} has no Applications of Argo CD: it does not know the kind`,
          )
        const ours = argocd.hub ? found.filter((one) => valueAt(one, ['spec', 'destination', 'name']) === name) : found
        return ours.map(liveApplication)
      },
    },
    cluster: {
      cluster: name,
      facts: async (subject) => {
        const live = await liveObject(reach, subject)
        if (live === undefined) return {}
        const target = { kind: String(live['kind']), name: subject.name }
        return factsOf(live, target, await lists(subject.namespace))
      },
      policies: async () => {
        const kind = { apiVersion: options.policyApiVersion, plural: 'selfhealingpolicies', kind: 'SelfHealingPolicy' }
        const { policyNamespaces: told } = options
        const found = told === undefined ? await listAll(reach, kind) : await inNamespaces(reach, kind, told)
        return (found ?? []).map(asWritten)
      },
    },
    versions: () => clusterVersions(reach),
    configMap: (namespace, name) => configMapData(reach, namespace, name),
  }
}

async function inNamespaces(
  reach: Reach,
  kind: ApiKind,
  namespaces: readonly string[],
): Promise<readonly Manifest[] | undefined> {
  const lists = await Promise.all(namespaces.map((namespace) => listAll(reach, kind, namespace)))
  const known = lists.filter((one) => one !== undefined)
  return known.length === 0 && lists.length > 0 ? undefined : known.flat()
}

/** The object of a workload, if it is of a kind that is known here and exists. */
async function liveObject(reach: Reach, subject: Subject): Promise<Manifest | undefined> {
  const { group, kind, namespace } = workloadKey(subject)
  const known = WORKLOADS.find((one) => one.kind === kind && groupOf(one.apiVersion) === group)
  if (known === undefined) return undefined
  const found = await reach.get(pathOf(known, namespace, subject.name))
  return isJsonObject(found) ? whole(found, known) : undefined
}

function sharedLists(reach: Reach, clock: Clock): (namespace: string) => Promise<NamespaceLists> {
  const kept = new Map<string, { readonly untilMs: number; readonly lists: Promise<NamespaceLists> }>()
  return (namespace) => {
    const nowMs = clock.now()
    const known = kept.get(namespace)
    if (known !== undefined && known.untilMs > nowMs) return known.lists
    const lists = readLists(reach, namespace)
    kept.set(namespace, { untilMs: nowMs + SHARED_MS, lists })
    // What failed is asked for again at once.
    lists.catch(() => kept.delete(namespace))
    return lists
  }
}

async function readLists(reach: Reach, namespace: string): Promise<NamespaceLists> {
  const read = async (kind: ApiKind): Promise<readonly Manifest[]> => (await listAll(reach, kind, namespace)) ?? []
  const [horizontal, vertical, scaled, limits] = await Promise.all([
    read(LISTED.horizontal),
    read(LISTED.vertical),
    read(LISTED.scaled),
    read(LISTED.limits),
  ])
  return { horizontal, vertical, scaled, limits }
}

/** As its author wrote it: what the API server and kubectl put beside is no part of a policy. */
function asWritten(object: Manifest): Manifest {
  const { apiVersion, kind, metadata, spec } = object
  const own = isJsonObject(metadata) ? metadata : {}
  const { name, namespace, labels } = own
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
    },
    ...(spec !== undefined && { spec }),
  }
}
