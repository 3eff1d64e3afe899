import { describe, expect, it } from 'vitest'
import { formatPath, type JsonValue, type Manifest, parseField } from '../../src/domain/index.ts'
import { fieldPlace } from '../../src/source/field-place.ts'
import { containersOf, editableFields } from '../../src/source/index.ts'

function object(apiVersion: string, kind: string, spec: JsonValue): Manifest {
  return { apiVersion, kind, metadata: { name: 'cart' }, spec }
}

function place(manifest: Manifest, text: string, container?: string, live?: Manifest): string {
  const field = parseField(text)
  if (field === undefined) throw new RangeError(text)
  const found = fieldPlace(manifest, field, container, live)
  return 'refused' in found ? `${found.reason}: ${found.message}` : formatPath(found.path)
}

const deployment = object('apps/v1', 'Deployment', {
  replicas: 2,
  template: {
    metadata: { annotations: { 'example.com/at': '1' } },
    spec: {
      initContainers: [
        { name: 'mesh', image: 'mesh:1', restartPolicy: 'Always', resources: { limits: { memory: '1Gi' } } },
      ],
      containers: [
        {
          name: 'app',
          image: 'app:1',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
            { name: 'A', value: '2' },
          ],
          resources: { limits: { 'nvidia.com/gpu': 1, memory: '1Gi' } },
        },
      ],
    },
  },
})

const live = object('apps/v1', 'Deployment', {
  template: {
    spec: {
      containers: [{ name: 'app' }, { name: 'istio-proxy' }],
      ephemeralContainers: [{ name: 'debugger' }],
    },
  },
})

describe('editableFields', () => {
  it('lists what is there, with cpu and memory of main containers, in one order', () => {
    const listed = editableFields(deployment).map(({ field, container }) => [field, container].join(' ').trim())
    expect(listed).toEqual([
      'replicas',
      'annotations.example.com/at',
      'image app',
      'resources.limits.memory app',
      'resources.limits.cpu app',
      'resources.limits.nvidia.com/gpu app',
      'resources.requests.memory app',
      'resources.requests.cpu app',
      'env.A app',
      'env.B app',
      'image mesh',
      'resources.limits.memory mesh',
    ])
  })

  it.each([
    [object('v1', 'Service', {}), []],
    [object('v1', 'PersistentVolumeClaim', { resources: { requests: { storage: '1Gi' } } }), ['storage']],
    [
      object('autoscaling/v2', 'HorizontalPodAutoscaler', { minReplicas: 1, maxReplicas: 2 }),
      ['minReplicas', 'maxReplicas'],
    ],
    [object('v1', 'ResourceQuota', { hard: { pods: '1' } }), ['quota.pods']],
    [
      object('acid.zalan.do/v1', 'postgresql', { numberOfInstances: 2, volume: { size: '1Gi' }, resources: {} }),
      [
        'replicas',
        'storage',
        'resources.limits.memory postgres',
        'resources.limits.cpu postgres',
        'resources.requests.memory postgres',
        'resources.requests.cpu postgres',
      ],
    ],
  ])('%j', (manifest, expected) => {
    expect(editableFields(manifest).map(({ field, container }) => [field, container].join(' ').trim())).toEqual(
      expected,
    )
  })
})

describe('fieldPlace', () => {
  it.each([
    ['env.A', 'app', 'spec.template.spec.containers[0].env[2].value'],
    ['env.B', 'app', 'value-elsewhere: the value of B is in another object: ConfigMap settings, key b'],
    [
      'image',
      'istio-proxy',
      "injected: container istio-proxy is in the cluster's object, and not in Git, which has app, mesh",
    ],
    [
      'image',
      'debugger',
      'injected: container debugger is ephemeral: it was added to a running pod and is nowhere in Git',
    ],
    ['image', 'nobody', 'container-not-found: there is no container nobody; there is app, mesh'],
    ['path:/spec/template/spec/containers/[name=app]/image', undefined, 'spec.template.spec.containers[0].image'],
    ['path:/spec/template/spec/containers/0/image', undefined, 'spec.template.spec.containers[0].image'],
    [
      'path:/spec/template/spec/containers/[name=x]/image',
      undefined,
      'field-unsupported: path:/spec/template/spec/containers/[name=x]/image: the list has no element [name=x]',
    ],
    [
      'path:/spec/template/spec/containers/-1/image',
      undefined,
      'field-unsupported: path:/spec/template/spec/containers/-1/image: the list has no element -1',
    ],
    ['path:/spec/template', undefined, 'field-unsupported: path:/spec/template is not a single value'],
    ['path:/spec/replicas/x', undefined, 'field-unsupported: path:/spec/replicas/x: x is below a single value'],
    ['path:/spec/toString', undefined, 'spec.toString'],
    ['minReplicas', undefined, 'field-unsupported: Deployment has no field minReplicas that can be set'],
  ])('%s of %s', (field, container, expected) => {
    expect(place(deployment, field, container, live)).toBe(expected)
  })

  it.each([
    ['apps.openshift.io/v1', 'DeploymentConfig', 'replicas', 'spec.replicas'],
    ['argoproj.io/v1alpha1', 'Rollout', 'replicas', 'spec.replicas'],
    ['keda.sh/v1alpha1', 'ScaledObject', 'minReplicas', 'spec.minReplicaCount'],
    ['postgresql.cnpg.io/v1', 'Cluster', 'replicas', 'spec.instances'],
    ['postgresql.cnpg.io/v1', 'Cluster', 'resources.limits.memory', 'spec.resources.limits.memory'],
    ['kafka.strimzi.io/v1beta2', 'KafkaNodePool', 'resources.limits.memory', 'spec.resources.limits.memory'],
    ['v1', 'ResourceQuota', 'quota.requests.nvidia.com/gpu', 'spec.hard["requests.nvidia.com/gpu"]'],
    ['v1', 'ConfigMap', 'annotations.a', 'metadata.annotations.a'],
  ])('%s %s %s', (apiVersion, kind, field, expected) => {
    expect(place(object(apiVersion, kind, {}), field)).toBe(expected)
  })

  it('gives no volume to a custom resource that has none', () => {
    expect(place(object('monitoring.coreos.com/v1', 'Prometheus', {}), 'storage')).toMatch(/^field-unsupported/)
  })
})

describe('containersOf', () => {
  it('counts a sidecar among the init containers', () => {
    expect(containersOf(deployment).map(({ name, init }) => [name, init])).toEqual([
      ['app', false],
      ['mesh', true],
    ])
  })

  it('leaves out what is no container', () => {
    expect(containersOf(object('monitoring.coreos.com/v1', 'Prometheus', {}))).toEqual([])
  })
})
