import { groupOf, type JsonPath, type Manifest } from '../domain/index.ts'

/** Where the objects of one kind hold what an edit may set; what a kind lacks is left out. */
export type Kind = {
  /** The pod template; a Pod is its own. */
  readonly template?: JsonPath
  readonly replicas?: JsonPath
  readonly minReplicas?: JsonPath
  readonly maxReplicas?: JsonPath
  /** The size of the one volume. */
  readonly storage?: JsonPath
  /** A list of volume claims, told apart by name. */
  readonly claims?: JsonPath
  /** The whole image reference, where the object has one and no containers. */
  readonly image?: JsonPath
  /** Maps that hold `resources`, by the name of what they are the resources of. */
  readonly parts?: Readonly<Record<string, JsonPath>>
  /** A list of groups of pods, each with a template of its own whose container of this name counts. */
  readonly groups?: { readonly list: JsonPath; readonly template: JsonPath; readonly container: string }
  readonly quota?: JsonPath
}

const TEMPLATE: JsonPath = ['spec', 'template']
const REPLICAS: JsonPath = ['spec', 'replicas']
const CLAIM: JsonPath = ['spec', 'resources', 'requests', 'storage']
const pods = { template: TEMPLATE }
const scaled = { template: TEMPLATE, replicas: REPLICAS }
const stateful = { ...scaled, claims: ['spec', 'volumeClaimTemplates'] }
const bounds = { minReplicas: ['spec', 'minReplicas'], maxReplicas: ['spec', 'maxReplicas'] }
const kedaBounds = { minReplicas: ['spec', 'minReplicaCount'], maxReplicas: ['spec', 'maxReplicaCount'] }

/** Resources, replicas, image and one volume claim in `spec`, as the operators of Prometheus write them. */
function monitoring(part: string): Kind {
  return {
    replicas: REPLICAS,
    image: ['spec', 'image'],
    parts: { [part]: ['spec'] },
    storage: ['spec', 'storage', 'volumeClaimTemplate', ...CLAIM],
  }
}

function simple(part: string, more: Kind = {}): Kind {
  return { replicas: REPLICAS, image: ['spec', 'image'], parts: { [part]: ['spec'] }, ...more }
}

const KUBERNETES: Readonly<Record<string, Kind>> = {
  'apps/Deployment': scaled,
  'apps/StatefulSet': stateful,
  'apps/DaemonSet': pods,
  'apps/ReplicaSet': scaled,
  'batch/Job': pods,
  'batch/CronJob': { template: ['spec', 'jobTemplate', 'spec', 'template'] },
  '/Pod': { template: [] },
  '/PodTemplate': { template: ['template'] },
  '/ReplicationController': scaled,
  '/PersistentVolumeClaim': { storage: CLAIM },
  '/ResourceQuota': { quota: ['spec', 'hard'] },
  'autoscaling/HorizontalPodAutoscaler': bounds,
}

/** Custom resources that many clusters have. Fields of others are named by `path:`. */
const CUSTOM: Readonly<Record<string, Kind>> = {
  'argoproj.io/Rollout': scaled,
  'apps.openshift.io/DeploymentConfig': scaled,
  'serving.knative.dev/Service': pods,
  'serving.knative.dev/Configuration': pods,
  'apps.kruise.io/CloneSet': stateful,
  'apps.kruise.io/StatefulSet': stateful,
  'apps.kruise.io/DaemonSet': pods,
  'keda.sh/ScaledObject': kedaBounds,
  'keda.sh/ScaledJob': { ...kedaBounds, template: ['spec', 'jobTargetRef', 'template'] },
  'monitoring.coreos.com/Prometheus': monitoring('prometheus'),
  'monitoring.coreos.com/PrometheusAgent': monitoring('prometheus'),
  'monitoring.coreos.com/Alertmanager': monitoring('alertmanager'),
  'monitoring.coreos.com/ThanosRuler': monitoring('thanos-ruler'),
  'operator.victoriametrics.com/VMSingle': simple('vmsingle', { storage: ['spec', 'storage', ...CLAIM.slice(1)] }),
  'opentelemetry.io/OpenTelemetryCollector': simple('otc-container'),
  'rabbitmq.com/RabbitmqCluster': simple('rabbitmq', { storage: ['spec', 'persistence', 'storage'] }),
  'postgresql.cnpg.io/Cluster': simple('postgres', {
    replicas: ['spec', 'instances'],
    image: ['spec', 'imageName'],
    storage: ['spec', 'storage', 'size'],
  }),
  'acid.zalan.do/postgresql': simple('postgres', {
    replicas: ['spec', 'numberOfInstances'],
    image: ['spec', 'dockerImage'],
    storage: ['spec', 'volume', 'size'],
  }),
  'kafka.strimzi.io/Kafka': {
    replicas: ['spec', 'kafka', 'replicas'],
    storage: ['spec', 'kafka', 'storage', 'size'],
    parts: {
      kafka: ['spec', 'kafka'],
      zookeeper: ['spec', 'zookeeper'],
      'topic-operator': ['spec', 'entityOperator', 'topicOperator'],
      'user-operator': ['spec', 'entityOperator', 'userOperator'],
      'kafka-exporter': ['spec', 'kafkaExporter'],
      'cruise-control': ['spec', 'cruiseControl'],
    },
  },
  'kafka.strimzi.io/KafkaNodePool': {
    replicas: REPLICAS,
    storage: ['spec', 'storage', 'size'],
    parts: { kafka: ['spec'] },
  },
  'kafka.strimzi.io/KafkaConnect': simple('connect'),
  'elasticsearch.k8s.elastic.co/Elasticsearch': {
    groups: { list: ['spec', 'nodeSets'], template: ['podTemplate'], container: 'elasticsearch' },
  },
  'kibana.k8s.elastic.co/Kibana': { template: ['spec', 'podTemplate'], replicas: ['spec', 'count'] },
}

const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries({ ...KUBERNETES, ...CUSTOM }))
const NONE: Kind = {}

/** `apps/Deployment`, `/Pod`. */
export function typeOf(manifest: Manifest): string {
  const [apiVersion, kind] = [manifest['apiVersion'], manifest['kind']]
  return `${groupOf(typeof apiVersion === 'string' ? apiVersion : '')}/${typeof kind === 'string' ? kind : ''}`
}

export function kindOf(manifest: Manifest): Kind {
  return KINDS.get(typeOf(manifest)) ?? NONE
}
