import { isMap, madeMap, own, textOf } from './draft.ts'
import { eachField, type FieldSpec } from './field-spec.ts'
import { hashOf } from './hash.ts'
import { isClusterScoped } from './kinds.ts'
import { apiVersionOf, isOf, kindOf, nameOf, originalId, type Resource, rememberId, setName } from './resource.ts'
import { refuseTwins } from './resource-list.ts'

/** Kinds whose names mean something outside and are never given a prefix or suffix. */
const UNTOUCHED = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
]

export function addPrefix(list: readonly Resource[], prefix: string): void {
  if (prefix === '') return
  for (const resource of renamed(list)) {
    resource.prefixes.push(prefix)
    setName(resource, `${prefix}${nameOf(resource.object)}`)
  }
}

export function addSuffix(list: readonly Resource[], suffix: string): void {
  if (suffix === '') return
  for (const resource of renamed(list)) {
    resource.suffixes.push(suffix)
    setName(resource, `${nameOf(resource.object)}${suffix}`)
  }
}

function renamed(list: readonly Resource[]): readonly Resource[] {
  const wanted = list.filter((resource) => !UNTOUCHED.some((gvk) => isOf(originalId(resource), gvk)))
  wanted.forEach(rememberId)
  return wanted
}

/** Gives generated objects the hash of their content; done once, for the whole build. */
export function addHashes(list: readonly Resource[]): void {
  for (const resource of list) {
    if (!resource.hashed) continue
    const hash = hashOf(resource.object)
    rememberId(resource)
    setName(resource, `${nameOf(resource.object)}-${hash}`)
  }
}

const NAMESPACE_FIELDS: readonly FieldSpec[] = [
  { path: 'spec/service/namespace', group: 'apiregistration.k8s.io', kind: 'APIService', create: true },
  {
    path: 'spec/conversion/webhook/clientConfig/service/namespace',
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
  },
]

const NAMESPACE_NAME: FieldSpec = { path: 'metadata/name', kind: 'Namespace', create: true }

/**
 * Puts every namespaced object, and every kind that is not known, into `namespace`; renames core Namespaces; sets it on subjects of
 * role bindings that are called `default`. `at` says where the namespace is written.
 */
export function setNamespace(list: readonly Resource[], namespace: string, at: string): void {
  if (namespace === '') return
  for (const resource of list) {
    rememberId(resource)
    const { object } = resource
    const apiVersion = apiVersionOf(object)
    if (!isClusterScoped(apiVersion, kindOf(object))) madeMap(object, 'metadata')['namespace'] = namespace
    if (kindOf(object) === 'RoleBinding' || kindOf(object) === 'ClusterRoleBinding') setSubjects(resource, namespace)
    const specs = apiVersion === 'v1' ? [NAMESPACE_NAME, ...NAMESPACE_FIELDS] : NAMESPACE_FIELDS
    for (const spec of specs) eachField(object, spec, 'text', (slot) => slot.set(namespace))
  }
  refuseTwins(list, at)
}

function setSubjects({ object }: Resource, namespace: string): void {
  const subjects = own(object, 'subjects')
  if (!Array.isArray(subjects)) return
  for (const subject of subjects) {
    if (isMap(subject) && textOf(own(subject, 'name')) === 'default') subject['namespace'] = namespace
  }
}
