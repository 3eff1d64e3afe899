import {
  digestOf,
  type KnownEvent,
  type Learning,
  type Policy,
  type ScopedEvent,
  type Stretch,
  type Subject,
  type Voting,
} from '../domain/index.ts'
import { isProtected as matchesName } from '../policy/index.ts'
import { decidingPolicy, type PoliciesInput, remembered } from './deciding-policy.ts'
import type { ControllerDeps } from './deps.ts'

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

/**
 * What the operator's configuration says, and of the policies for `Anomaly` that cover the workload the deciding one: its `voting` holds, its time
 * zone goes before the configuration's, its stretches and events are put to those.
 */
export function modelTerms(input: PoliciesInput): ModelTerms {
  const { deps } = input
  const policies = input.policies.filter(({ failure }) => failure === 'Anomaly')
  const decide = decidingPolicy({ ...input, policies })
  const terms = remembered(async (subject) =>
    termsOf(deps, subject, await decide(subject, 'Anomaly', (candidates) => candidates.some(hasTerms))),
  )
  return {
    key: digestOf(policies.map(({ name, digest, origin }) => ({ name, digest, origin: { ...origin } }))),
    of: terms,
    policyOf: remembered((subject) => decide(subject, 'Anomaly')),
  }
}

function hasTerms({ voting, detection }: Policy): boolean {
  return voting !== undefined || detection !== undefined
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
