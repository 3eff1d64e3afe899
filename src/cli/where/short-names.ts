import { FIELD_NAMES, type Field, KintsugiError, parseField } from '../../domain/index.ts'
import { suggestion } from '../did-you-mean.ts'

type Kind = { readonly kind: string; readonly group: string; readonly short: readonly string[] }

/** Kinds by the names that kubectl takes; plurals follow from the kind. */
const KINDS: readonly Kind[] = [
  { kind: 'Deployment', group: 'apps', short: ['deploy'] },
  { kind: 'StatefulSet', group: 'apps', short: ['sts'] },
  { kind: 'DaemonSet', group: 'apps', short: ['ds'] },
  { kind: 'ReplicaSet', group: 'apps', short: ['rs'] },
  { kind: 'CronJob', group: 'batch', short: ['cj'] },
  { kind: 'Job', group: 'batch', short: [] },
  { kind: 'Pod', group: '', short: ['po'] },
  { kind: 'Rollout', group: 'argoproj.io', short: ['ro'] },
  { kind: 'HorizontalPodAutoscaler', group: 'autoscaling', short: ['hpa'] },
  { kind: 'ScaledObject', group: 'keda.sh', short: ['so'] },
  { kind: 'PersistentVolumeClaim', group: '', short: ['pvc'] },
  { kind: 'ResourceQuota', group: '', short: ['quota'] },
]

export type NamedKind = { readonly kind: string; readonly group?: string }

function answersTo(one: Kind, word: string): boolean {
  const kind = one.kind.toLowerCase()
  return one.short.includes(word) || word === kind || word === `${kind}s`
}

/**
 * `deploy`, `deployments`, `deployment.apps`, `rollouts.argoproj.io`, `deployment.v1.apps`: the kind as manifests spell it. A kind that is
 * not known is taken as it is written, which has to be as manifests do.
 */
export function kindOf(text: string): NamedKind {
  const [word = '', ...rest] = text.split('.')
  const group = rest[0] !== undefined && /^v\d+(?:(?:alpha|beta)\d+)?$/.test(rest[0]) ? rest.slice(1) : rest
  const known = KINDS.find((one) => answersTo(one, word.toLowerCase()))
  const named = group.join('.')
  if (known !== undefined && (named === '' || named === known.group)) return { kind: known.kind, group: known.group }
  return { kind: known?.kind ?? word, ...(named !== '' && { group: named }) }
}

const SHORT: Readonly<Record<string, string>> = {
  'limits.memory': 'resources.limits.memory',
  'limits.cpu': 'resources.limits.cpu',
  'limits.ephemeral-storage': 'resources.limits.ephemeral-storage',
  'requests.memory': 'resources.requests.memory',
  'requests.cpu': 'resources.requests.cpu',
  'requests.ephemeral-storage': 'resources.requests.ephemeral-storage',
  memory: 'resources.limits.memory',
  cpu: 'resources.limits.cpu',
  min: 'minReplicas',
  max: 'maxReplicas',
  tag: 'image.tag',
  size: 'storage',
}

/** A field by its short name; `memory` and `cpu` are the limits, as people mean them. Throws KIN-1001 for anything else. */
export function shortField(text: string): Field {
  const field = parseField(Object.hasOwn(SHORT, text) ? (SHORT[text] ?? text) : text)
  if (field !== undefined) return field
  const near = suggestion(text, [...Object.keys(SHORT), ...FIELD_NAMES])
  throw new KintsugiError(
    'KIN-1001',
    `"${text}" is no field: ${Object.keys(SHORT).join(', ')}, ${FIELD_NAMES.join(', ')}.${near}`,
  )
}

export type Asked = { readonly kind: NamedKind; readonly name: string; readonly field: Field | undefined }

/** `deploy/cart limits.memory`, `deploy cart limits.memory`; without a field all of them are meant. */
export function readOperands(operands: readonly string[]): Asked {
  const slash = operands[0]?.indexOf('/') ?? -1
  const words =
    slash > 0
      ? [operands[0]?.slice(0, slash) ?? '', operands[0]?.slice(slash + 1) ?? '', ...operands.slice(1)]
      : operands
  const [kind = '', name = '', field, ...more] = words
  if (kind === '' || name === '' || name.includes('/') || more.length > 0)
    throw new KintsugiError('KIN-1001', 'where takes KIND/NAME and a field, such as deploy/cart limits.memory.')
  return { kind: kindOf(kind), name, field: field === undefined ? undefined : shortField(field) }
}
