import { isRecord, type Objects, type RealObject } from './objects.ts'

/** Object, container and field that one edit is about. An empty group fits any; so does an empty namespace. */
export type BenchTarget = {
  readonly group?: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly container?: string
  readonly field: string
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let here: unknown = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step]
    else if (isRecord(here) && Object.hasOwn(here, step)) here = here[step]
    else return undefined
  }
  return here
}

export function podTemplate(kind: string): readonly string[] | undefined {
  if (kind === 'Pod') return []
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template']
  const holders = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Rollout']
  return holders.includes(kind) ? ['spec', 'template'] : undefined
}

type Place = { readonly path: readonly (string | number)[]; readonly value: unknown }

export type Container = { readonly name: string; readonly path: readonly (string | number)[]; readonly init: boolean }

/** Containers and init containers of a rendered workload. */
export function containersIn(object: RealObject): readonly Container[] {
  const template = podTemplate(object.kind)
  if (template === undefined) return []
  return ['containers', 'initContainers'].flatMap((list) => {
    const items = at(object.value, [...template, 'spec', list])
    if (!Array.isArray(items)) return []
    return items.flatMap((item: unknown, index) =>
      isRecord(item) && typeof item['name'] === 'string'
        ? [{ name: item['name'], path: [...template, 'spec', list, index], init: list === 'initContainers' }]
        : [],
    )
  })
}

function containerPath(object: RealObject, name: string | undefined): readonly (string | number)[] | undefined {
  const all = containersIn(object)
  return (name === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((one) => one.name === name))?.path
}

function claimPath(object: RealObject, name: string | undefined): readonly (string | number)[] | undefined {
  const storage = ['spec', 'resources', 'requests', 'storage']
  if (object.kind === 'PersistentVolumeClaim') return storage
  const claims = at(object.value, ['spec', 'volumeClaimTemplates'])
  if (!Array.isArray(claims)) return undefined
  const named = claims.findIndex((claim: unknown) => at(claim, ['metadata', 'name']) === name)
  const index = named < 0 && claims.length === 1 ? 0 : named
  return index < 0 ? undefined : ['spec', 'volumeClaimTemplates', index, ...storage]
}

function boundPath(object: RealObject, field: string): readonly string[] {
  if (object.kind !== 'ScaledObject') return ['spec', field]
  return ['spec', field === 'minReplicas' ? 'minReplicaCount' : 'maxReplicaCount']
}

function envPath(object: RealObject, container: readonly (string | number)[], name: string): Place['path'] | undefined {
  const list = at(object.value, [...container, 'env'])
  const index = Array.isArray(list) ? list.findIndex((one: unknown) => at(one, ['name']) === name) : -1
  return index < 0 ? undefined : [...container, 'env', index, 'value']
}

function pathOf(object: RealObject, { field, container }: BenchTarget): Place['path'] | undefined {
  if (field === 'replicas') return ['spec', 'replicas']
  if (field === 'minReplicas' || field === 'maxReplicas') return boundPath(object, field)
  if (field === 'storage') return claimPath(object, container)
  if (field.startsWith('annotations.')) {
    const template = podTemplate(object.kind)
    return template && [...template, 'metadata', 'annotations', field.slice('annotations.'.length)]
  }
  const own = containerPath(object, container)
  if (own === undefined) return undefined
  if (field.startsWith('env.')) return envPath(object, own, field.slice('env.'.length))
  const [first = '', second = '', ...rest] = field.split('.')
  return rest.length === 0 ? [...own, ...[first, second].filter(Boolean)] : [...own, first, second, rest.join('.')]
}

export function pointer(path: Place['path']): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The object that a target means; `home` is the namespace of what names none. */
export function findReal(objects: Objects, target: BenchTarget, home: string): RealObject | undefined {
  return [...objects.values()].find(
    (one) =>
      one.kind === target.kind &&
      one.name === target.name &&
      (target.group === undefined || one.apiVersion.startsWith(`${target.group}/`)) &&
      (target.namespace === '' || (one.namespace || home) === target.namespace),
  )
}

/** Where the field stands in a real render, found apart from the project's own tables. */
export function meantPlace(
  objects: Objects,
  target: BenchTarget,
  home: string,
): (Place & { object: RealObject }) | undefined {
  const object = findReal(objects, target, home)
  const path = object && pathOf(object, target)
  return object === undefined || path === undefined ? undefined : { object, path, value: at(object.value, path) }
}

const UNITS: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

function quantity(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit
}

/** Whether a rendered value is the wanted one; quantities by what they mean. */
export function means(rendered: unknown, wanted: string): boolean {
  if (typeof rendered !== 'string' && typeof rendered !== 'number') return false
  if (String(rendered) === wanted) return true
  const [have, want] = [quantity(String(rendered)), quantity(wanted)]
  return have !== undefined && want !== undefined && Math.abs(have - want) <= want * 1e-9
}
