import { type BenchTarget, containersIn, meantPlace } from './meant.ts'
import type { Objects, RealObject } from './objects.ts'
import { sample } from './random.ts'
import { newValue } from './values.ts'

/** A target of a tree that nobody wrote expectations for: the rule is that it is edited, unless a stated oracle says otherwise. */
export type RuleTarget = {
  readonly target: BenchTarget
  readonly is: 'present' | 'absent'
  readonly value: string
  readonly current: unknown
}

const RESOURCES = [
  'resources.limits.memory',
  'resources.limits.cpu',
  'resources.requests.memory',
  'resources.requests.cpu',
]

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

const SCALED = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout'])

/** Fields of an object that are there, and those of its containers that could be. */
function fieldsOf(object: RealObject): readonly Pick<BenchTarget, 'field' | 'container'>[] {
  const own = containersIn(object).flatMap(({ name }) =>
    [...RESOURCES, 'image'].map((field) => ({ field, container: name })),
  )
  if (SCALED.has(object.kind)) return [...own, { field: 'replicas' }, ...claimsOf(object)]
  if (object.kind === 'HorizontalPodAutoscaler') return [{ field: 'minReplicas' }, { field: 'maxReplicas' }]
  return object.kind === 'PersistentVolumeClaim' ? [{ field: 'storage' }] : own
}

function claimsOf({ value }: RealObject): readonly Pick<BenchTarget, 'field' | 'container'>[] {
  const spec = value['spec'] as { volumeClaimTemplates?: { metadata?: { name?: string } }[] } | undefined
  const claims = Array.isArray(spec?.volumeClaimTemplates) ? spec.volumeClaimTemplates : []
  return claims.flatMap(({ metadata }) =>
    typeof metadata?.name === 'string' ? [{ field: 'storage', container: metadata.name }] : [],
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}

/** Every field of every workload of a render, with a legal new value. Only the resources of a container count as absent fields. */
export function ruleTargets(objects: Objects, home: string): readonly RuleTarget[] {
  return [...objects.values()].flatMap((object) => {
    const { kind, name, apiVersion } = object
    const key = { group: groupOf(apiVersion), kind, namespace: object.namespace || home, name }
    return fieldsOf(object).flatMap((one): RuleTarget[] => {
      const target = { ...key, ...one }
      const place = meantPlace(objects, target, home)
      if (place === undefined) return []
      if (place.value === undefined && !one.field.startsWith('resources.')) return []
      if (place.value !== undefined && !isText(place.value)) return []
      const value = newValue(one.field, place.value)
      const is = place.value === undefined ? 'absent' : 'present'
      return value === undefined ? [] : [{ target, is, value, current: place.value }]
    })
  })
}

export function sampled(all: readonly RuleTarget[], most: number, random: () => number): readonly RuleTarget[] {
  const present = all.filter(({ is }) => is === 'present')
  const absent = all.filter(({ is }) => is === 'absent')
  return [...sample(present, most, random), ...sample(absent, Math.ceil(most / 2), random)]
}
