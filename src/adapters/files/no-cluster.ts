import type { LiveApplication, Manifest } from '../../domain/index.ts'
import type { Cluster, GitOps } from '../../ports/index.ts'

/** A cluster of which nothing is known beside its metrics: no live objects, no policies. Guards that need a fact then see that it is missing. */
export function noCluster(name: string): Cluster {
  return { cluster: name, facts: async () => ({}), policies: async () => [] }
}

/** Applications from manifests at hand, without an Argo CD to ask: nothing is known of their syncs. */
export function fixedApplications(cluster: string, manifests: readonly Manifest[]): GitOps {
  const applications: readonly LiveApplication[] = manifests.map((manifest) => ({
    manifest,
    status: { sync: 'Unknown', health: 'Unknown', history: [] },
  }))
  return { cluster, applications: async () => applications }
}
