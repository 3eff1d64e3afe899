/** A field that an edit may set, as the command line and policies spell it. */
export type Field =
  | 'resources.limits.memory'
  | 'resources.limits.cpu'
  | 'resources.requests.memory'
  | 'resources.requests.cpu'
  | 'replicas'
  | 'image'
  | 'storage'
  | `annotations.${string}`

const PLAIN: readonly string[] = [
  'resources.limits.memory',
  'resources.limits.cpu',
  'resources.requests.memory',
  'resources.requests.cpu',
  'replicas',
  'image',
  'storage',
]

export function parseField(source: string): Field | undefined {
  if (PLAIN.includes(source)) return source as Field // the door: membership was just checked
  if (/^annotations\.[A-Za-z0-9](?:[\w.\-/]{0,250}[A-Za-z0-9])?$/.test(source)) return source as Field
  return undefined
}

export const FIELD_NAMES: readonly string[] = [...PLAIN, 'annotations.KEY']

/** Fields that belong to one container of the workload, so that a target with several containers has to name one. */
export function isContainerField(field: Field): boolean {
  return field === 'image' || field.startsWith('resources.')
}
