import { groupOf } from '../../domain/index.ts'
import { broken } from './refusal.ts'
import { apiVersionOf, kindOf, nameOf, namespaceOf, type Resource, versionOf } from './resource.ts'
import type { Written } from './written.ts'

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/**
 * The order of the output: that of kinds which kustomize has by default, or what `sortOptions` asks. Kinds without a rank stand
 * between the first and the last, by group, version and kind; equal kinds by namespace and name, in the order of their texts.
 */
export function inOrder(list: readonly Resource[], options: Written): readonly Resource[] {
  options.only(['order', 'legacySortOptions'])
  const order = options.get('order').text()
  if (options.present && order !== 'fifo' && order !== 'legacy')
    throw broken(`${options.at}: sortOptions.order is fifo or legacy`)
  const legacy = options.get('legacySortOptions')
  if (order === 'fifo') {
    if (legacy.present) throw broken(`${legacy.at}: legacySortOptions go with the order legacy`)
    return list
  }
  const first = legacy.present
    ? legacy
        .get('orderFirst')
        .texts()
        .map(({ text }) => text)
    : FIRST
  const last = legacy.present
    ? legacy
        .get('orderLast')
        .texts()
        .map(({ text }) => text)
    : LAST
  const ranks = new Map([
    ...first.map((kind, index): [string, number] => [kind, index - first.length]),
    ...last.map((kind, index): [string, number] => [kind, index + 1]),
  ])
  const keyed = list.map((resource) => ({ resource, ...sortKey(resource, ranks) }))
  keyed.sort((a, b) => a.rank - b.rank || compare(a.kind, b.kind) || compare(a.name, b.name))
  return keyed.map(({ resource }) => resource)
}

function sortKey(
  { object }: Resource,
  ranks: ReadonlyMap<string, number>,
): { rank: number; kind: string; name: string } {
  const apiVersion = apiVersionOf(object)
  const [group, version, kind] = [groupOf(apiVersion), versionOf(apiVersion), kindOf(object)]
  return {
    rank: ranks.get(kind) ?? 0,
    kind: `${group || '~G'}_${version || '~V'}_${kind || '~K'}`,
    name: `${namespaceOf(object) || '~X'}|${nameOf(object) || '~N'}`,
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
