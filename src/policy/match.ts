import {
  type Failure,
  MODES,
  type Mode,
  type Policy,
  type PolicyOrigin,
  type Subject,
  stricterMode,
} from '../domain/index.ts'

export type MatchInput = {
  readonly policies: readonly Policy[]
  readonly subject: Subject
  readonly failure: Failure
  /** Labels of the workload; absent when they are not known, and then no policy with matchLabels covers it. */
  readonly labels?: Readonly<Record<string, string>>
  /** Repository that the change would be made in, or those that it may come from. Policies of other repositories have no say. */
  readonly repository?: string | readonly string[]
  /** Namespaces whose resources may act on other namespaces. */
  readonly policyNamespaces: readonly string[]
}

/**
 * The policies that cover this failure of this workload, the deciding one first:
 * 1. one that names the workload and says `enabled: false`; 2. names before labels before the whole namespace; 3. the operator's namespaces
 * before the repository before the namespace's own; 4. the stricter mode, off being the strictest; 5. the name, in code point order
 * (then the digest, so that the order of reading never counts).
 */
export function matchPolicies(input: MatchInput): readonly Policy[] {
  return input.policies.filter((policy) => coversSubject(policy, input) && hasSay(policy, input)).sort(compare)
}

function coversSubject(policy: Policy, { subject, failure, labels }: MatchInput): boolean {
  const { names, matchLabels } = policy.workloads
  return (
    policy.failure === failure &&
    policy.targetNamespace === subject.namespace &&
    (policy.clusters.length === 0 || policy.clusters.includes(subject.cluster)) &&
    (names.length === 0 || names.includes(subject.name)) &&
    Object.entries(matchLabels).every(
      ([key, value]) => labels !== undefined && Object.hasOwn(labels, key) && labels[key] === value,
    )
  )
}

function hasSay(policy: Policy, { repository, policyNamespaces }: MatchInput): boolean {
  switch (policy.origin.from) {
    case 'operator':
      return true
    case 'repository':
      return [repository].flat().includes(policy.origin.repo)
    case 'resource':
      return policy.origin.namespace === policy.targetNamespace || policyNamespaces.includes(policy.origin.namespace)
    default:
      return policy.origin satisfies never
  }
}

const ORIGINS = ['operator', 'repository', 'resource'] as const satisfies readonly PolicyOrigin['from'][]

function compare(a: Policy, b: Policy): number {
  return (
    exactlyOff(b) - exactlyOff(a) ||
    breadth(a) - breadth(b) ||
    ORIGINS.indexOf(a.origin.from) - ORIGINS.indexOf(b.origin.from) ||
    leave(a) - leave(b) ||
    inOrder(a.name, b.name) ||
    inOrder(a.digest, b.digest)
  )
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function exactlyOff(policy: Policy): number {
  return Number(!policy.enabled && policy.workloads.names.length > 0)
}

function breadth(policy: Policy): number {
  if (policy.workloads.names.length > 0) return 0
  return Object.keys(policy.workloads.matchLabels).length > 0 ? 1 : 2
}

function leave(policy: Policy): number {
  return policy.enabled ? MODES.indexOf(policy.pullRequest.mode) : -1
}

/**
 * What the bot may do under the ceiling and the matched policies: the strictest of the ceiling, the operator's policy, the repository's and
 * the namespace's own, each kind speaking through its first. A policy that is off asks for a person, so it never lets the bot merge.
 */
export function effectiveMode(matched: readonly Policy[], ceiling: Mode): Mode {
  return ORIGINS.flatMap((origin) => matched.find((policy) => policy.origin.from === origin) ?? [])
    .map((policy) => (policy.enabled ? policy.pullRequest.mode : stricterMode('propose', policy.pullRequest.mode)))
    .reduce(stricterMode, ceiling)
}
