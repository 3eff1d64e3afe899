import type { FieldSpec } from './field-spec.ts'
import type { Gvk } from './resource.ts'

/** A field of some kind that names an object of `target`. Source: kustomize 5.5 api/internal/konfig/builtinpluginconsts/namereference.go */
export type ReferenceField = {
  readonly target: Gvk
  /** Which referrers have the field. */
  readonly of: Gvk
  /** The field alone: a referrer is chosen by what it was at first. */
  readonly field: FieldSpec
}

/** Where the pod spec stands in each kind that has one. */
const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
  ReplicationController: 'spec/template/spec',
}

const DATA_KINDS = ['Pod', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob']
const RUNNING_KINDS = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet']

function inPods(kinds: readonly string[], fields: readonly string[]): readonly FieldSpec[] {
  return kinds.flatMap((kind) => fields.map((field) => ({ kind, path: `${POD_SPECS[kind] ?? ''}/${field}` })))
}

function environment(key: string, from: string): readonly string[] {
  return ['containers', 'initContainers'].flatMap((list) => [
    `${list}/env/valueFrom/${key}/name`,
    `${list}/envFrom/${from}/name`,
  ])
}

const CONFIG_MAP: readonly FieldSpec[] = [
  ...inPods(DATA_KINDS, [
    'volumes/configMap/name',
    'volumes/projected/sources/configMap/name',
    ...environment('configMapKeyRef', 'configMapRef'),
  ]),
  { kind: 'Node', path: 'spec/configSource/configMap' },
  { kind: 'Role', path: 'rules/resourceNames' },
  { kind: 'ClusterRole', path: 'rules/resourceNames' },
  { kind: 'Ingress', path: 'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap' },
]

const SECRET: readonly FieldSpec[] = [
  ...inPods(DATA_KINDS, [
    'volumes/secret/secretName',
    'volumes/projected/sources/secret/name',
    'imagePullSecrets/name',
    ...environment('secretKeyRef', 'secretRef'),
  ]),
  { kind: 'Ingress', path: 'spec/tls/secretName' },
  ...[
    'ingress.kubernetes.io\\/auth-secret',
    'nginx.ingress.kubernetes.io\\/auth-secret',
    'nginx.ingress.kubernetes.io\\/auth-tls-secret',
  ].map((annotation) => ({ kind: 'Ingress', path: `metadata/annotations/${annotation}` })),
  { kind: 'ServiceAccount', path: 'imagePullSecrets/name' },
  ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((field) => ({
    kind: 'StorageClass',
    path: `parameters/${field}`,
  })),
  { kind: 'Role', path: 'rules/resourceNames' },
  { kind: 'ClusterRole', path: 'rules/resourceNames' },
  {
    kind: 'Service',
    group: 'serving.knative.dev',
    version: 'v1',
    path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
  },
  { kind: 'PersistentVolume', path: 'spec/azureFile/secretName' },
]

const SERVICE: readonly FieldSpec[] = [
  { kind: 'StatefulSet', group: 'apps', path: 'spec/serviceName' },
  ...[
    'rules/http/paths/backend/serviceName',
    'backend/serviceName',
    'rules/http/paths/backend/service/name',
    'defaultBackend/service/name',
  ].map((field) => ({ kind: 'Ingress', path: `spec/${field}` })),
  { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/name' },
  {
    kind: 'ValidatingWebhookConfiguration',
    group: 'admissionregistration.k8s.io',
    path: 'webhooks/clientConfig/service',
  },
  {
    kind: 'MutatingWebhookConfiguration',
    group: 'admissionregistration.k8s.io',
    path: 'webhooks/clientConfig/service',
  },
]

const RBAC = 'rbac.authorization.k8s.io'

const TABLE: readonly (readonly [Gvk, readonly FieldSpec[]])[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map(
    (kind): readonly [Gvk, readonly FieldSpec[]] => [
      { kind },
      [{ kind: 'HorizontalPodAutoscaler', path: 'spec/scaleTargetRef/name' }],
    ],
  ),
  [{ kind: 'ConfigMap', version: 'v1' }, CONFIG_MAP],
  [{ kind: 'Secret', version: 'v1' }, SECRET],
  [{ kind: 'Service', version: 'v1' }, SERVICE],
  [{ kind: 'Role', group: RBAC }, [{ kind: 'RoleBinding', group: RBAC, path: 'roleRef/name' }]],
  [
    { kind: 'ClusterRole', group: RBAC },
    ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: RBAC, path: 'roleRef/name' })),
  ],
  [
    { kind: 'ServiceAccount', version: 'v1' },
    [
      ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: RBAC, path: 'subjects' })),
      ...inPods(RUNNING_KINDS, ['serviceAccountName']),
    ],
  ],
  [
    { kind: 'PersistentVolumeClaim', version: 'v1' },
    inPods(RUNNING_KINDS, ['volumes/persistentVolumeClaim/claimName']),
  ],
  [
    { kind: 'PersistentVolume', version: 'v1' },
    [
      { kind: 'PersistentVolumeClaim', path: 'spec/volumeName' },
      { kind: 'ClusterRole', path: 'rules/resourceNames' },
    ],
  ],
  [
    { kind: 'StorageClass', version: 'v1', group: 'storage.k8s.io' },
    [
      { kind: 'PersistentVolume', path: 'spec/storageClassName' },
      { kind: 'PersistentVolumeClaim', path: 'spec/storageClassName' },
      { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/storageClassName' },
    ],
  ],
  [{ kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io' }, inPods(RUNNING_KINDS, ['priorityClassName'])],
  [
    { kind: 'ValidatingAdmissionPolicy', group: 'admissionregistration.k8s.io' },
    [{ kind: 'ValidatingAdmissionPolicyBinding', group: 'admissionregistration.k8s.io', path: 'spec/policyName' }],
  ],
]

function byReferrer(): ReadonlyMap<string, readonly ReferenceField[]> {
  const index = new Map<string, ReferenceField[]>()
  for (const [target, specs] of TABLE) {
    for (const spec of specs) {
      const kind = spec.kind ?? ''
      const { path, ...of } = spec
      index.set(kind, [...(index.get(kind) ?? []), { target, of, field: { path } }])
    }
  }
  return index
}

/** Fields by the kind that has them. IngressClass is left out: kustomize's own entry for it selects a group that no object has. */
export const REFERENCES: ReadonlyMap<string, readonly ReferenceField[]> = byReferrer()
