import { describe, expect, it } from 'vitest'
import { formatPath, type JsonValue, type Manifest, parseField } from '../../src/domain/index.ts'
import { fieldPlace } from '../../src/source/field-place.ts'
import { containersOf, findObject } from '../../src/source/index.ts'
import { findTarget, type RenderedObject } from '../../src/source/target.ts'

const POD = {
  initContainers: [{ name: 'migrate', image: 'migrate:1' }],
  containers: [
    {
      name: 'app',
      image: 'app:1',
      resources: { limits: { memory: '1Gi', cpu: 1 }, requests: { memory: '512Mi', cpu: '100m' } },
    },
    { name: 'proxy' },
  ],
}

function workload(apiVersion: string, kind: string, spec: JsonValue): Manifest {
  return { apiVersion, kind, metadata: { name: 'cart' }, spec }
}

const template = { template: { spec: POD } }
const deployment = workload('apps/v1', 'Deployment', template)

function place(manifest: Manifest, field: string, container?: string): string {
  const parsed = parseField(field)
  if (parsed === undefined) throw new RangeError(field)
  const found = fieldPlace(manifest, parsed, container)
  return 'refused' in found ? found.reason : formatPath(found.path)
}

describe('containersOf', () => {
  it('tells what is declared, init containers last', () => {
    expect(containersOf(deployment)).toEqual([
      {
        name: 'app',
        init: false,
        image: 'app:1',
        memoryLimit: '1Gi',
        memoryRequest: '512Mi',
        cpuLimit: '1',
        cpuRequest: '100m',
      },
      { name: 'proxy', init: false },
      { name: 'migrate', init: true, image: 'migrate:1' },
    ])
  })

  it('finds none in other kinds', () => {
    expect(containersOf(workload('v1', 'Service', {}))).toEqual([])
  })
})

describe('fieldPlace', () => {
  it.each([
    ['apps/v1', 'Deployment', template, 'spec.template.spec.containers[0].image'],
    ['apps/v1', 'StatefulSet', template, 'spec.template.spec.containers[0].image'],
    ['apps/v1', 'DaemonSet', template, 'spec.template.spec.containers[0].image'],
    ['apps/v1', 'ReplicaSet', template, 'spec.template.spec.containers[0].image'],
    ['batch/v1', 'Job', template, 'spec.template.spec.containers[0].image'],
    [
      'batch/v1',
      'CronJob',
      { jobTemplate: { spec: template } },
      'spec.jobTemplate.spec.template.spec.containers[0].image',
    ],
    ['v1', 'Pod', POD, 'spec.containers[0].image'],
    ['argoproj.io/v1alpha1', 'Rollout', template, 'spec.template.spec.containers[0].image'],
    ['example.com/v1', 'Rollout', template, 'field-unsupported'],
    ['v1', 'Service', {}, 'field-unsupported'],
  ])('image of %s %s', (apiVersion, kind, spec, expected) => {
    expect(place(workload(apiVersion, kind, spec), 'image', 'app')).toBe(expected)
  })

  it.each([
    ['resources.limits.memory', 'migrate', 'spec.template.spec.initContainers[0].resources.limits.memory'],
    ['image', 'nobody', 'container-not-found'],
    ['image', undefined, 'target-ambiguous'],
    ['replicas', undefined, 'spec.replicas'],
    ['annotations.a/b', undefined, 'spec.template.metadata.annotations["a/b"]'],
    ['storage', undefined, 'field-unsupported'],
  ])('%s of container %s', (field, container, expected) => {
    expect(place(deployment, field, container)).toBe(expected)
  })

  it('has no replicas where the kind runs none', () => {
    expect(place(workload('apps/v1', 'DaemonSet', template), 'replicas')).toBe('field-unsupported')
  })

  it('finds storage of a claim and of the only claim template', () => {
    expect(place(workload('v1', 'PersistentVolumeClaim', {}), 'storage')).toBe('spec.resources.requests.storage')
    const claims = (...names: readonly string[]): Manifest =>
      workload('apps/v1', 'StatefulSet', { volumeClaimTemplates: names.map((name) => ({ metadata: { name } })) })
    expect(place(claims('data'), 'storage', 'db')).toBe('spec.volumeClaimTemplates[0].spec.resources.requests.storage')
    expect(place(claims('data', 'wal'), 'storage', 'wal')).toBe(
      'spec.volumeClaimTemplates[1].spec.resources.requests.storage',
    )
    expect(place(claims('data', 'wal'), 'storage')).toBe('target-ambiguous')
  })
})

describe('findTarget', () => {
  const object = (group: string, kind: string, namespace: string): RenderedObject => ({
    key: { group, kind, namespace, name: 'cart' },
    manifest: {},
    source: 0,
  })
  const objects = [
    object('apps', 'Deployment', 'shop'),
    object('apps', 'Deployment', 'other'),
    object('argoproj.io', 'Rollout', 'shop'),
  ]
  const reason = (kind: string, namespace: string): string => {
    const found = findTarget(objects, { kind, namespace, name: 'cart' })
    return 'refused' in found ? found.reason : `${found.key.group} ${found.key.namespace}`
  }

  it.each([
    ['Deployment', 'shop', 'apps shop'],
    ['argoproj.io/Rollout', 'shop', 'argoproj.io shop'],
    ['example.com/Rollout', 'shop', 'target-not-found'],
    ['Deployment', 'nowhere', 'target-not-found'],
    ['Deployment', '', 'target-ambiguous'],
    ['Rollout', '', 'argoproj.io shop'],
  ])('%s in %j: %s', (kind, namespace, expected) => {
    expect(reason(kind, namespace)).toBe(expected)
  })

  it('is found by its whole key too', () => {
    const key = { group: 'apps', kind: 'Deployment', namespace: 'other', name: 'cart' }
    expect(findObject(objects, key)?.key).toEqual(key)
    expect(findObject(objects, { ...key, group: 'x' })).toBeUndefined()
  })
})
