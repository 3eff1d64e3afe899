import { formatPath, type JsonPath } from './json.ts'

/** A field that an edit may set, as the command line and policies spell it. `parseField` is the only door. */
export type Field =
  | `resources.limits.${string}`
  | `resources.requests.${string}`
  | 'replicas'
  | 'minReplicas'
  | 'maxReplicas'
  | 'image'
  | 'image.tag'
  | 'storage'
  | `annotations.${string}`
  | `env.${string}`
  | `quota.${string}`
  | `path:${string}`

/** What a policy may set unless the operator says otherwise: what remedies of the bot change, and no more. */
export const REMEDY_FIELDS: readonly string[] = [
  'resources.limits.memory',
  'resources.limits.cpu',
  'resources.requests.memory',
  'resources.requests.cpu',
  'replicas',
  'image',
  'storage',
  'annotations.KEY',
]

const PLAIN: readonly string[] = ['replicas', 'minReplicas', 'maxReplicas', 'image', 'image.tag', 'storage']

/** Every form of a field; words in capitals stand for a name. */
export const FIELD_NAMES: readonly string[] = [
  'resources.limits.memory',
  'resources.limits.cpu',
  'resources.limits.ephemeral-storage',
  'resources.requests.memory',
  'resources.requests.cpu',
  'resources.requests.ephemeral-storage',
  ...PLAIN,
  'annotations.KEY',
  'env.NAME',
  'quota.KEY',
  'path:POINTER',
]

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// Resources of Kubernetes itself, and extended ones, which always carry a domain.
const RESOURCE = new RegExp(
  String.raw`^resources\.(limits|requests)\.(memory|cpu|ephemeral-storage|hugepages-\d{1,6}[KMGT]i|${LABEL}(?:\.${LABEL}){0,8}/[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)$`,
)
const ANNOTATION = /^annotations\.[A-Za-z0-9](?:[\w.\-/]{0,250}[A-Za-z0-9])?$/
const ENV = /^env\.[A-Za-z_][\w.-]{0,252}$/
const QUOTA = /^quota\.[A-Za-z0-9](?:[\w.\-/]{0,250}[A-Za-z0-9])?$/

/**
 * Reads the name of a field; undefined for anything else. Beside the plain words:
 * `resources.limits.R` and `resources.requests.R` for memory, cpu, ephemeral-storage, `hugepages-2Mi` and extended resources
 * (`nvidia.com/gpu`); `annotations.KEY` of the pod template; `env.NAME` of a container; `quota.KEY` of a ResourceQuota; and
 * `path:POINTER`, a JSON pointer (RFC 6901) to one scalar of any object: `path:/spec/resources/limits/memory`. In a pointer a list
 * position is a number or `[name=NAME]`, the element of that name. What names or types the object, and its status, is no field.
 */
export function parseField(source: string): Field | undefined {
  const known =
    PLAIN.includes(source) ||
    RESOURCE.test(source) ||
    ANNOTATION.test(source) ||
    ENV.test(source) ||
    QUOTA.test(source) ||
    isPointerField(source)
  return known ? (source as Field) : undefined // the door: the form was just checked
}

const POINTER_LENGTH = 512
const STEPS = 32
// Any step without control characters, with the escapes of RFC 6901 only.
const POINTER = /^path:(?:\/(?:[^/~\p{Cc}\u2028\u2029]|~[01])+)+$/u

function isPointerField(source: string): boolean {
  if (!source.startsWith('path:') || source.length > POINTER_LENGTH || !POINTER.test(source)) return false
  const steps = stepsOf(source)
  const [first, second] = steps
  if (steps.length > STEPS || steps.includes('__proto__')) return false
  if (first === 'metadata') return steps.length > 2 && (second === 'labels' || second === 'annotations')
  return first !== 'apiVersion' && first !== 'kind' && first !== 'status'
}

function stepsOf(source: string): readonly string[] {
  return source
    .slice('path:/'.length)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The steps of a `path:` field, undefined for any other. A step into a list is a number or `[name=NAME]`. */
export function pointerOfField(field: Field): readonly string[] | undefined {
  return field.startsWith('path:') ? stepsOf(field) : undefined
}

/** Which resource a `resources.` field is about, undefined for any other. */
export function resourceOfField(
  field: Field,
): { readonly list: 'limits' | 'requests'; readonly resource: string } | undefined {
  const match = RESOURCE.exec(field)
  if (match?.[2] === undefined) return undefined
  return { list: match[1] === 'limits' ? 'limits' : 'requests', resource: match[2] }
}

/** The name behind `annotations.`, `env.` or `quota.`; undefined for any other field. */
export function nameInField(field: Field, prefix: 'annotations' | 'env' | 'quota'): string | undefined {
  return field.startsWith(`${prefix}.`) ? field.slice(prefix.length + 1) : undefined
}

/** Fields that belong to one container of the workload, so that a target with several containers has to name one. */
export function isContainerField(field: Field): boolean {
  return (
    field === 'image' ||
    field === 'image.tag' ||
    field.startsWith('resources.') ||
    nameInField(field, 'env') !== undefined
  )
}

/** What the field may end with in a rendered object. */
function tailsOf(field: Field): readonly JsonPath[] {
  const resource = resourceOfField(field)
  if (resource !== undefined) return [['resources', resource.list, resource.resource]]
  for (const [prefix, at] of [
    ['annotations', 'annotations'],
    ['quota', 'hard'],
  ] as const) {
    const name = nameInField(field, prefix)
    if (name !== undefined) return [[at, name]]
  }
  const pointer = pointerOfField(field)
  if (pointer !== undefined) return [pointer.slice(pointer.findLastIndex((step) => /^(?:\d+|\[.*\])$/.test(step)) + 1)]
  switch (field) {
    case 'storage':
      return [
        ['resources', 'requests', 'storage'],
        ['storage', 'size'],
        ['volume', 'size'],
        ['persistence', 'storage'],
      ]
    case 'replicas':
      return [['replicas'], ['instances'], ['numberOfInstances']]
    case 'minReplicas':
      return [['minReplicas'], ['minReplicaCount']]
    case 'maxReplicas':
      return [['maxReplicas'], ['maxReplicaCount']]
    default:
      return [['image'], ['imageName'], ['dockerImage']]
  }
}

/** Whether a rendered path, as `formatPath` writes it and with names in the place of list positions, may be that of the field. */
export function mayBePathOf(field: Field, path: string): boolean {
  const name = nameInField(field, 'env')
  if (name !== undefined) return path.endsWith(`env[${name}].value`)
  return tailsOf(field).some((tail) => {
    const text = formatPath(tail)
    return path === text || path.endsWith(text.startsWith('[') ? text : `.${text}`)
  })
}
