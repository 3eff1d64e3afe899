import {
  type Application,
  digestOf,
  KintsugiError,
  type KnownEvent,
  type Lane,
  type Learning,
  laneOf,
  type Policy,
  type ScopedEvent,
  type Stretch,
  type Subject,
  type Voting,
} from '../domain/index.ts'
import { isProtected as matchesName, matchPolicies } from '../policy/index.ts'
import type { ControllerDeps, KnownApplication } from './deps.ts'
import { sameRepository } from './owner.ts'

/** How models judge one workload, and how their votes count. */
export type Terms = {
  /** Two of them have to agree where it is left out. */
  readonly voting?: Voting
  readonly learning: Learning
  /** Each with the zone that its schedule follows. */
  readonly events: readonly KnownEvent[]
}

export type ModelTerms = {
  /** Changes whenever any terms may have. */
  readonly key: string
  of(subject: Subject): Promise<Terms>
  /** The policy that decides on what models find there. */
  policyOf(subject: Subject): Promise<Policy | undefined>
}

export type TermsInput = {
  readonly deps: ControllerDeps
  readonly policies: readonly Policy[]
  readonly applications: readonly KnownApplication[]
}

/**
 * What the operator's configuration says, and of the policies for `Anomaly` that cover the workload the deciding one (`matchPolicies`): its
 * `voting` holds, its time zone goes before the configuration's, its stretches and events are put to those. A repository has a say where it is
 * bound and an Application reads it that deploys into the namespace. Labels are asked for only where they decide.
 */
export function modelTerms(input: TermsInput): ModelTerms {
  const { deps } = input
  const policies = input.policies.filter(({ failure }) => failure === 'Anomaly')
  const labels = remembered((subject) => labelsOf(deps, subject))
  const repositories = remembered(
    (subject) => repositoriesOver(input, subject),
    ({ cluster, namespace }) => `${cluster}/${namespace}`,
  )
  const decide = async (subject: Subject, asked: (candidates: readonly Policy[]) => boolean) => {
    const candidates = policies.filter((policy) => mayCover(policy, subject))
    if (candidates.length === 0 || !asked(candidates)) return undefined
    const choosy = candidates.some(({ workloads }) => Object.keys(workloads.matchLabels).length > 0)
    const known = choosy ? await labels(subject) : undefined
    const { policyNamespaces } = deps.config
    const repository = repositories(subject)
    return matchPolicies({
      ...{ policies: candidates, subject, failure: 'Anomaly', repository, policyNamespaces },
      ...(known === undefined ? {} : { labels: known }),
    })[0]
  }
  const terms = remembered(async (subject) =>
    termsOf(deps, subject, await decide(subject, (candidates) => candidates.some(hasTerms))),
  )
  return {
    key: digestOf(policies.map(({ name, digest, origin }) => ({ name, digest, origin: { ...origin } }))),
    of: terms,
    policyOf: remembered((subject) => decide(subject, () => true)),
  }
}

function hasTerms({ voting, detection }: Policy): boolean {
  return voting !== undefined || detection !== undefined
}

/** Everything that covers a workload but for its labels. */
function mayCover({ targetNamespace, clusters, workloads }: Policy, { cluster, namespace, name }: Subject): boolean {
  return (
    targetNamespace === namespace &&
    (clusters.length === 0 || clusters.includes(cluster)) &&
    (workloads.names.length === 0 || workloads.names.includes(name))
  )
}

function termsOf({ config }: ControllerDeps, subject: Subject, policy: Policy | undefined): Terms {
  const { timeZone, excluded, knownEvents } = config.detection
  const told = policy?.detection
  const stretches: readonly Stretch[] = told === undefined ? excluded : [...excluded, ...told.excluded]
  const zone = told?.timeZone ?? timeZone
  const general = knownEvents.filter((event) => concerns(event, subject)).map((event) => ({ timeZone, ...event }))
  const own = (told?.knownEvents ?? []).map((event) => ({ timeZone: zone, ...event }))
  return {
    ...(policy?.voting === undefined ? {} : { voting: policy.voting }),
    learning: { timeZone: zone, excluded: stretches },
    events: [...general, ...own],
  }
}

function concerns({ clusters, namespaces, workloads }: ScopedEvent, { cluster, namespace, name }: Subject): boolean {
  return (
    (clusters.length === 0 || clusters.includes(cluster)) &&
    (namespaces.length === 0 || matchesName(namespace, namespaces)) &&
    (workloads.length === 0 || workloads.includes(name))
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
function repositoriesOver({ deps, applications }: TermsInput, subject: Subject): readonly string[] {
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

function remembered<Value>(
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
