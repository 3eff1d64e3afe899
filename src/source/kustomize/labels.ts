import type { FieldSpec } from './field-spec.ts'
import { broken } from './refusal.ts'
import type { Resource } from './resource.ts'
import { setTexts } from './simple-transforms.ts'
import type { Written } from './written.ts'

/** Where kustomize puts labels: the tables of api/internal/konfig/builtinpluginconsts, kustomize 5.5. */
const METADATA: FieldSpec = { path: 'metadata/labels', create: true }

function templates(field: 'labels' | 'annotations'): readonly FieldSpec[] {
  const path = `spec/template/metadata/${field}`
  return [
    { path, create: true, version: 'v1', kind: 'ReplicationController' },
    { path, create: true, kind: 'Deployment' },
    { path, create: true, kind: 'ReplicaSet' },
    { path, create: true, kind: 'DaemonSet' },
    { path, create: true, kind: 'StatefulSet', ...(field === 'labels' ? { group: 'apps' } : {}) },
    { path, create: true, kind: 'Job', group: 'batch' },
    { path: `spec/jobTemplate/metadata/${field}`, create: true, kind: 'CronJob', group: 'batch' },
    { path: `spec/jobTemplate/spec/template/metadata/${field}`, create: true, kind: 'CronJob', group: 'batch' },
  ]
}

const TEMPLATE_LABELS: readonly FieldSpec[] = [
  METADATA,
  ...templates('labels'),
  { path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true, kind: 'StatefulSet', group: 'apps' },
]

const ANNOTATIONS: readonly FieldSpec[] = [{ path: 'metadata/annotations', create: true }, ...templates('annotations')]

const POD_SELECTORS = [
  ...['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
    `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
  ]),
  'topologySpreadConstraints/labelSelector/matchLabels',
]

const SELECTORS: readonly FieldSpec[] = [
  { path: 'spec/selector', create: true, version: 'v1', kind: 'Service' },
  { path: 'spec/selector', create: true, version: 'v1', kind: 'ReplicationController' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'Deployment' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'ReplicaSet' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'DaemonSet' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'StatefulSet', group: 'apps' },
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    POD_SELECTORS.map((path): FieldSpec => ({ path: `spec/template/spec/${path}`, kind, group: 'apps' })),
  ),
  { path: 'spec/selector/matchLabels', kind: 'Job', group: 'batch' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', kind: 'CronJob', group: 'batch' },
  { path: 'spec/selector/matchLabels', kind: 'PodDisruptionBudget', group: 'policy' },
  { path: 'spec/podSelector/matchLabels', kind: 'NetworkPolicy', group: 'networking.k8s.io' },
  { path: 'spec/ingress/from/podSelector/matchLabels', kind: 'NetworkPolicy', group: 'networking.k8s.io' },
  { path: 'spec/egress/to/podSelector/matchLabels', kind: 'NetworkPolicy', group: 'networking.k8s.io' },
]

const COMMON_LABELS: readonly FieldSpec[] = [...SELECTORS, ...TEMPLATE_LABELS]

/** `labels`, entry by entry, then `commonLabels`. */
export function setLabels(list: readonly Resource[], fields: Written): void {
  for (const entry of fields.get('labels').items()) {
    entry.only(['pairs', 'includeSelectors', 'includeTemplates', 'fields'])
    setTexts(list, entry.get('pairs').textMap(), labelFields(entry))
  }
  setTexts(list, fields.get('commonLabels').textMap(), COMMON_LABELS)
}

function labelFields(entry: Written): readonly FieldSpec[] {
  const custom = entry.get('fields').items().map(fieldSpecOf)
  if (entry.get('includeSelectors').flag()) return [...custom, ...COMMON_LABELS]
  return [...custom, ...(entry.get('includeTemplates').flag() ? TEMPLATE_LABELS : []), METADATA]
}

/** A field as kustomizations write one: kinds, path, and whether it is made. */
export function fieldSpecOf(field: Written): FieldSpec {
  field.only(['group', 'version', 'kind', 'path', 'create'])
  const path = field.get('path').text()
  if (path === '') throw broken(`${field.at}: a field needs a path`)
  return {
    group: field.get('group').text(),
    version: field.get('version').text(),
    kind: field.get('kind').text(),
    path,
    create: field.get('create').flag(),
  }
}

export function setAnnotations(list: readonly Resource[], fields: Written): void {
  setTexts(list, fields.get('commonAnnotations').textMap(), ANNOTATIONS)
}
