import { describe, expect, it } from 'vitest'
import type { JsonPath, JsonValue, ObjectKey } from '../../src/domain/index.ts'
import { weigh } from '../../src/source/companions.ts'
import type { Meant, ObjectChange } from '../../src/source/compare.ts'

const CART: ObjectKey = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' }
const PODS: JsonPath = ['spec', 'template', 'spec']
const REPLICAS: Meant = { key: CART, path: ['spec', 'replicas'], kind: 'integer', value: '3' }
const IMAGE: Meant = { key: CART, path: [...PODS, 'containers', 0, 'image'], kind: 'image', value: 'web:2' }

function change(
  path: JsonPath,
  after: JsonValue | undefined,
  key: ObjectKey = CART,
  before: JsonValue = 1,
): ObjectChange {
  return { key, change: { path, before, after }, shown: path.join('.') }
}

describe('changes that come with the meant one', () => {
  it('know checksums, and version labels after an image alone', () => {
    const label: JsonPath = ['metadata', 'labels', 'app.kubernetes.io/version']
    expect(weigh(change(['spec', 'template', 'metadata', 'annotations', 'checksum/config'], 'b'), [REPLICAS])).toBe(
      'known',
    )
    expect(weigh(change(label, '2'), [IMAGE])).toBe('known')
    expect(weigh(change(label, '2'), [REPLICAS])).toBe('other')
  })

  it('let a budget appear and a strategy change', () => {
    const budget: ObjectKey = { group: 'policy', kind: 'PodDisruptionBudget', namespace: 'shop', name: 'cart' }
    expect(weigh(change(['kind'], 'PodDisruptionBudget', budget), [REPLICAS])).toBe('other')
    expect(weigh(change(['kind'], undefined, budget), [REPLICAS])).toBe('other')
    expect(weigh(change(['spec', 'strategy', 'type'], 'RollingUpdate'), [REPLICAS])).toBe('other')
  })

  it.each([
    ['a role', change(['rules', 0, 'verbs', 0], '*', { ...CART, group: 'rbac.authorization.k8s.io', kind: 'Role' })],
    ['a Secret', change(['data', 'key'], 'x', { ...CART, group: '', kind: 'Secret' })],
    ['a security context', change([...PODS, 'containers', 0, 'securityContext', 'privileged'], true)],
    ['another image', change([...PODS, 'containers', 1, 'image'], 'proxy:9')],
    ['a selector', change(['spec', 'selector', 'matchLabels', 'app.kubernetes.io/version'], '2')],
    ['a workload that vanishes', change(['kind'], undefined)],
    ['the same field of another workload', change(['spec', 'replicas'], 3, { ...CART, name: 'checkout' })],
  ])('bar %s', (_, extra) => {
    expect(weigh(extra, [REPLICAS])).toBe('barred')
  })

  it('bar the same limit of the init container that one value feeds', () => {
    const path: JsonPath = [...PODS, 'containers', 0, 'resources', 'limits', 'memory']
    const meant: Meant = { key: CART, path, kind: 'quantity', value: '1Gi' }
    expect(weigh(change([...PODS, 'initContainers', 0, 'resources', 'limits', 'memory'], '1024Mi'), [meant])).toBe(
      'barred',
    )
    expect(weigh(change([...PODS, 'initContainers', 0, 'resources', 'limits', 'memory'], '2Gi'), [meant])).toBe('other')
  })
})
