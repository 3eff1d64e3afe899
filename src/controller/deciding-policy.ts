import {
  type Application,
  type Failure,
  KintsugiError,
  type Lane,
  laneOf,
  type Policy,
  type Subject,
} from '../domain/index.ts'
import { matchPolicies } from '../policy/index.ts'
import type { ControllerDeps, KnownApplication } from './deps.ts'
import { sameRepository } from './owner.ts'

export type PoliciesInput = {
  readonly deps: ControllerDeps
  readonly policies: readonly Policy[]
  readonly applications: readonly KnownApplication[]
}

/** The policy that decides on a failure of a workload. With `asked`, none where it says no to all that may cover the workload. */
export type DecidingPolicy = (
  subject: Subject,
  failure: Failure,
  asked?: (candidates: readonly Policy[]) => boolean,
) => Promise<Policy | undefined>

/**
 * Of the policies for a failure that cover a workload the deciding one (`matchPolicies`), before anything is known of its place in a repository:
 * a repository has a say where it is bound and an Application reads it that deploys into the namespace. Labels are asked for only where they decide.
 */
export function decidingPolicy(input: PoliciesInput): DecidingPolicy {
  const { deps, policies } = input
  const labels = remembered((subject) => labelsOf(deps, subject))
  const repositories = remembered(
    (subject) => repositoriesOver(input, subject),
    ({ cluster, namespace }) => `${cluster}/${namespace}`,
  )
  return async (subject, failure, asked = () => true) => {
    const candidates = policies.filter((policy) => policy.failure === failure && mayCover(policy, subject))
    if (candidates.length === 0 || !asked(candidates)) return undefined
    const choosy = candidates.some(({ workloads }) => Object.keys(workloads.matchLabels).length > 0)
    const known = choosy ? await labels(subject) : undefined
    const { policyNamespaces } = deps.config
    const repository = repositories(subject)
    return matchPolicies({
      ...{ policies: candidates, subject, failure, repository, policyNamespaces },
      ...(known === undefined ? {} : { labels: known }),
    })[0]
  }
}

/** Everything that covers a workload but for its labels. */
function mayCover({ targetNamespace, clusters, workloads }: Policy, { cluster, namespace, name }: Subject): boolean {
  return (
    targetNamespace === namespace &&
    (clusters.length === 0 || clusters.includes(cluster)) &&
    (workloads.names.length === 0 || workloads.names.includes(name))
  )
}

/** What a cluster does not tell just now is not known. */
async function labelsOf(
  { site }: ControllerDeps,
  subject: Subject,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return (await site.cluster.facts(subject)).labels
  } catch (error) {
    if (error instanceof KintsugiError) return undefined
    throw error
  }
}

/** Repositories whose policies may speak of a namespace, as policies name them. */
function repositoriesOver({ deps, applications }: PoliciesInput, subject: Subject): readonly string[] {
  return deps.repositories
    .filter(({ urls }) => applications.some(({ application }) => isBoundBy(deps, application, urls, subject)))
    .map(({ forge }) => forge.repository)
}

function isBoundBy(
  { config }: ControllerDeps,
  { sources, project, destination }: Application,
  urls: readonly string[],
  { cluster, namespace }: Subject,
): boolean {
  if (!sources.some(({ repoURL }) => urls.some((url) => sameRepository(url, repoURL)))) return false
  return config.bindings.some(
    (binding) =>
      binding.cluster === cluster &&
      (binding.project === undefined || binding.project === project) &&
      (binding.namespace === undefined || binding.namespace === namespace) &&
      // Where each object says for itself where it goes, only the operator can say whose a namespace is.
      (destination.namespace === namespace || (destination.namespace === '' && binding.namespace === namespace)) &&
      binding.repositories.some((bound) => urls.some((url) => sameRepository(bound, url))),
  )
}

/** What was read of a workload once. */
export function remembered<Value>(
  read: (subject: Subject) => Value,
  keyOf: (subject: Subject) => Lane = laneOf,
): (subject: Subject) => Value {
  const known = new Map<string, Value>()
  return (subject) => {
    const key = keyOf(subject)
    const found = known.get(key)
    if (found !== undefined) return found
    const value = read(subject)
    known.set(key, value)
    return value
  }
}
