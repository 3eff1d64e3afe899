/**
 * What kustomize 5 knows of the built-in kinds: it carries the API of Kubernetes 1.21, and treats every other kind, later versions
 * of these included, as a custom resource. Source: kubernetes/kubernetes v1.21 api/openapi-spec, `x-kubernetes-patch-*`.
 */

/** How a strategic merge treats one type: lists merged by key, and the types of its fields. */
export type Shape = {
  /** Lists whose elements are merged: field -> keys; no key for a list of plain values. */
  readonly lists?: Readonly<Record<string, readonly string[]>>
  /** Fields, elements of lists and values of maps that have a shape of their own. */
  readonly fields?: Readonly<Record<string, Shape>>
}

const METADATA: Shape = { lists: { finalizers: [], ownerReferences: ['uid'] } }
const CONDITIONS: Shape = { lists: { conditions: ['type'] } }
const VOLUME: Shape = { fields: { ephemeral: { fields: { volumeClaimTemplate: { fields: { metadata: METADATA } } } } } }
const EPHEMERAL_CONTAINER: Shape = {
  lists: { volumeMounts: ['mountPath'], volumeDevices: ['devicePath'], env: ['name'] },
}
const CONTAINER: Shape = { lists: { ...EPHEMERAL_CONTAINER.lists, ports: ['containerPort', 'protocol'] } }

const POD_SPEC: Shape = {
  lists: {
    containers: ['name'],
    initContainers: ['name'],
    ephemeralContainers: ['name'],
    volumes: ['name'],
    hostAliases: ['ip'],
    imagePullSecrets: ['name'],
    topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  },
  fields: {
    containers: CONTAINER,
    initContainers: CONTAINER,
    ephemeralContainers: EPHEMERAL_CONTAINER,
    volumes: VOLUME,
  },
}

const POD_TEMPLATE: Shape = { fields: { metadata: METADATA, spec: POD_SPEC } }
const WITH_TEMPLATE: Shape = { fields: { template: POD_TEMPLATE } }
const JOB_TEMPLATE: Shape = { fields: { metadata: METADATA, spec: WITH_TEMPLATE } }
const CLAIM: Shape = { fields: { metadata: METADATA, status: CONDITIONS } }
const PLAIN: Shape = { fields: { metadata: METADATA } }
const WORKLOAD: Shape = { fields: { metadata: METADATA, spec: WITH_TEMPLATE, status: CONDITIONS } }
const CRON_JOB: Shape = { fields: { metadata: METADATA, spec: { fields: { jobTemplate: JOB_TEMPLATE } } } }
const STATEFUL_SET: Shape = {
  fields: {
    metadata: METADATA,
    spec: { fields: { template: POD_TEMPLATE, volumeClaimTemplates: CLAIM } },
    status: CONDITIONS,
  },
}
const POD: Shape = {
  fields: { metadata: METADATA, spec: POD_SPEC, status: { lists: { conditions: ['type'], podIPs: ['ip'] } } },
}
const SERVICE: Shape = {
  fields: { metadata: METADATA, spec: { lists: { ports: ['port', 'protocol'] } }, status: CONDITIONS },
}
const NODE: Shape = {
  fields: {
    metadata: METADATA,
    spec: { lists: { podCIDRs: [] } },
    status: { lists: { conditions: ['type'], addresses: ['type'] } },
  },
}
const WEBHOOKS: Shape = { lists: { webhooks: ['name'] }, fields: { metadata: METADATA } }
const WITH_STATUS: Shape = { fields: { metadata: METADATA, status: CONDITIONS } }
const CSI_NODE: Shape = { fields: { metadata: METADATA, spec: { lists: { drivers: ['name'] } } } }

/** Kinds that have no shape but that of their metadata, by API version. */
const PLAIN_KINDS: Readonly<Record<string, string>> = {
  v1: 'Binding ConfigMap Endpoints Event LimitRange PersistentVolume ResourceQuota Secret',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiextensions.k8s.io/v1beta1': 'CustomResourceDefinition',
  'apps/v1': 'ControllerRevision',
  'autoscaling/v1': 'HorizontalPodAutoscaler Scale',
  'autoscaling/v2beta1': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta2': 'HorizontalPodAutoscaler',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest',
  'coordination.k8s.io/v1': 'Lease',
  'coordination.k8s.io/v1beta1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'discovery.k8s.io/v1beta1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'events.k8s.io/v1beta1': 'Event',
  'extensions/v1beta1': 'Ingress',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1': 'Ingress IngressClass NetworkPolicy',
  'networking.k8s.io/v1beta1': 'Ingress IngressClass',
  'node.k8s.io/v1': 'RuntimeClass',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'policy/v1beta1': 'Eviction PodSecurityPolicy',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'scheduling.k8s.io/v1beta1': 'PriorityClass',
  'storage.k8s.io/v1': 'CSIDriver StorageClass VolumeAttachment',
  'storage.k8s.io/v1beta1': 'CSIDriver CSIStorageCapacity StorageClass VolumeAttachment',
}

const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ...Object.entries(PLAIN_KINDS).flatMap(([apiVersion, kinds]) =>
    kinds.split(' ').map((kind): [string, Shape] => [`${apiVersion}/${kind}`, PLAIN]),
  ),
  ['v1/Pod', POD],
  ['v1/PodTemplate', { fields: { metadata: METADATA, template: POD_TEMPLATE } }],
  ['v1/ReplicationController', WORKLOAD],
  ['v1/Service', SERVICE],
  ['v1/ServiceAccount', { lists: { secrets: ['name'] }, fields: { metadata: METADATA } }],
  ['v1/PersistentVolumeClaim', CLAIM],
  ['v1/Namespace', WITH_STATUS],
  ['v1/Node', NODE],
  ['v1/ComponentStatus', { lists: { conditions: ['type'] }, fields: { metadata: METADATA } }],
  ['apps/v1/Deployment', WORKLOAD],
  ['apps/v1/ReplicaSet', WORKLOAD],
  ['apps/v1/DaemonSet', WORKLOAD],
  ['apps/v1/StatefulSet', STATEFUL_SET],
  ['batch/v1/Job', WORKLOAD],
  ['batch/v1/CronJob', CRON_JOB],
  ['batch/v1beta1/CronJob', CRON_JOB],
  ['policy/v1/PodDisruptionBudget', WITH_STATUS],
  ['policy/v1beta1/PodDisruptionBudget', WITH_STATUS],
  ['apiregistration.k8s.io/v1/APIService', WITH_STATUS],
  ['apiregistration.k8s.io/v1beta1/APIService', WITH_STATUS],
  ['storage.k8s.io/v1/CSINode', CSI_NODE],
  ['storage.k8s.io/v1beta1/CSINode', CSI_NODE],
  ['admissionregistration.k8s.io/v1/MutatingWebhookConfiguration', WEBHOOKS],
  ['admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration', WEBHOOKS],
  ['admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration', WEBHOOKS],
  ['admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration', WEBHOOKS],
])

export function shapeOf(apiVersion: string, kind: string): Shape | undefined {
  return SHAPES.get(`${apiVersion}/${kind}`)
}

/** Kinds without a namespace, by API version. What is not here counts as namespaced, a custom resource too. */
const CLUSTER_KINDS: Readonly<Record<string, string>> = {
  v1: 'ComponentStatus Namespace Node NodeProxyOptions PersistentVolume',
  'admissionregistration.k8s.io/v1': 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1beta1': 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiextensions.k8s.io/v1beta1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apiregistration.k8s.io/v1beta1': 'APIService',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1': 'IngressClass',
  'networking.k8s.io/v1beta1': 'IngressClass',
  'node.k8s.io/v1': 'RuntimeClass',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'policy/v1beta1': 'PodSecurityPolicy',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'ClusterRole ClusterRoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'scheduling.k8s.io/v1beta1': 'PriorityClass',
  'storage.k8s.io/v1': 'CSIDriver CSINode StorageClass VolumeAttachment',
  'storage.k8s.io/v1beta1': 'CSIDriver CSINode StorageClass VolumeAttachment',
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set(
  Object.entries(CLUSTER_KINDS).flatMap(([apiVersion, kinds]) =>
    kinds.split(' ').map((kind) => `${apiVersion}/${kind}`),
  ),
)

export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return CLUSTER_SCOPED.has(`${apiVersion}/${kind}`)
}
