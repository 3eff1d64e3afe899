import type { JsonPath, ObjectKey } from '../domain/index.ts'
import type { Meant, ObjectChange } from './compare.ts'
import { startsWith } from './diff.ts'
import { sameValue } from './fields.ts'

/** `known` changes by itself whenever anything does; `other` is for a person to read; `barred` never passes. */
export type Weight = 'known' | 'other' | 'barred'

/** Kinds that decide who may do or reach what. */
const GUARDED_GROUP =
  /^(?:rbac\.authorization|admissionregistration|apiextensions|apiregistration|security|networking)\b/
const GUARDED_KIND =
  /^(?:Secret|SealedSecret|ExternalSecret|ServiceAccount|Namespace|.*NetworkPolicy|.*PodSecurityPolicy|AuthorizationPolicy|Application|AppProject|SecurityContextConstraints)$/

/** Fields of pods that decide what they may do, run or read. */
const GUARDED_FIELDS: ReadonlySet<string | number> = new Set([
  'securityContext',
  'serviceAccountName',
  'serviceAccount',
  'automountServiceAccountToken',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostUsers',
  'hostPath',
  'capabilities',
  'privileged',
  'imagePullSecrets',
  'runtimeClassName',
  'image',
  'command',
  'secretName',
  'secretRef',
  'secretKeyRef',
])

/** What Kubernetes does not let change once the object is there. */
const FIXED: readonly JsonPath[] = [
  ['spec', 'selector'],
  ['spec', 'volumeClaimTemplates'],
  ['spec', 'serviceName'],
]

/** Kinds that may come and go with a number of replicas. */
const FLEETING_GROUP = /^(?:policy|autoscaling)$/

function isGuarded({ group, kind }: ObjectKey, path: JsonPath): boolean {
  return GUARDED_GROUP.test(group) || GUARDED_KIND.test(kind) || path.some((step) => GUARDED_FIELDS.has(step))
}

/** The steps below the container, or the whole path where there is none. */
function tail(path: JsonPath): JsonPath {
  return path.slice(path.findLastIndex((step) => typeof step === 'number') + 1)
}

/** The same field elsewhere takes the same value: what feeds both is shared, and nobody meant the other one. */
function isTwin({ change }: ObjectChange, meant: Meant): boolean {
  const [one, other] = [tail(change.path), tail(meant.path)]
  const alike = one.length === other.length && startsWith(one, other)
  return alike && sameValue(meant.kind, change.after, meant.value)
}

const KNOWN_ANNOTATION = /checksum|^rollme$|[-/]hash$/i
const VERSION_LABELS: ReadonlySet<string | number> = new Set(['app.kubernetes.io/version', 'helm.sh/chart', 'version'])

function isKnown({ path }: ObjectChange['change'], meant: readonly Meant[]): boolean {
  const [map, key] = [path.at(-2), path.at(-1)]
  if (map === 'annotations' && KNOWN_ANNOTATION.test(String(key))) return true
  const versioned = meant.some((one) => one.kind === 'image')
  return versioned && (map === 'labels' || map === 'annotations') && VERSION_LABELS.has(key ?? '')
}

/**
 * Weighs a change that comes with the meant ones. HEURISTIC: checksums, and version labels after an image, are `known`, whatever they stand on. Barred are what
 * guards access (RBAC, Secrets, service accounts, network policies, security contexts, other images, commands), what Kubernetes does not
 * let change (selectors, claim templates), objects that vanish other than budgets and autoscalers, and the same field taking the same
 * value elsewhere. Everything else is `other`.
 */
export function weigh(extra: ObjectChange, meant: readonly Meant[]): Weight {
  const { key, change } = extra
  const fixed = change.before !== undefined && FIXED.some((path) => startsWith(change.path, path))
  if (!fixed && isKnown(change, meant)) return 'known'
  if (fixed) return 'barred'
  if (isGuarded(key, change.path) || meant.some((one) => isTwin(extra, one))) return 'barred'
  const vanishes = change.after === undefined && change.path.length === 1 && change.path[0] === 'kind'
  if (vanishes && !FLEETING_GROUP.test(key.group)) return 'barred'
  return 'other'
}
