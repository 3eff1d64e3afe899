import { describe, expect, it } from 'vitest'
import {
  FIELD_NAMES,
  isContainerField,
  mayBePathOf,
  nameInField,
  parseField,
  pointerOfField,
  REMEDY_FIELDS,
  resourceOfField,
} from '../../src/domain/index.ts'

function field(text: string): NonNullable<ReturnType<typeof parseField>> {
  const parsed = parseField(text)
  if (parsed === undefined) throw new RangeError(text)
  return parsed
}

describe('parseField', () => {
  it.each([
    'resources.limits.memory',
    'resources.requests.ephemeral-storage',
    'resources.limits.hugepages-2Mi',
    'resources.limits.nvidia.com/gpu',
    'resources.requests.example.com/a_b.c-d',
    'replicas',
    'minReplicas',
    'maxReplicas',
    'image',
    'image.tag',
    'storage',
    'annotations.example.com/restartedAt',
    'env.GOMEMLIMIT',
    'env.spring.profiles.active',
    'quota.limits.memory',
    'quota.count/deployments.apps',
    'path:/spec/resources/limits/memory',
    'path:/spec/nodeSets/[name=default]/count',
    'path:/spec/list/0/size',
    'path:/metadata/annotations/example.com~1size',
    'path:/data/a~0b',
  ])('reads %s', (text) => {
    expect(parseField(text)).toBe(text)
  })

  it.each([
    '',
    'resources',
    'resources.limits',
    'resources.limits.',
    'resources.limits.memroy',
    'resources.limits.storage',
    'resources.limits.memory.x',
    'resources.limits.nvidia.com/',
    'resources.limits./gpu',
    'resources.limits.a/b/c',
    'resources.other.memory',
    'Replicas',
    'image.name',
    'env.',
    'env.A=B',
    'env.1A',
    'env.A B',
    'quota.',
    'annotations.KEY\n',
    'path:',
    'path:/',
    'path:spec',
    'path:/spec/',
    'path://spec',
    'path:/spec/a~2b',
    'path:/spec/a~',
    'path:/spec/a\nb',
    'path:/spec/__proto__/x',
    'path:/apiVersion',
    'path:/kind',
    'path:/status/replicas',
    'path:/metadata/name',
    'path:/metadata/namespace',
    'path:/metadata/labels',
    `path:/${'a/'.repeat(40)}b`,
    `path:/${'a'.repeat(600)}`,
  ])('does not read %j', (text) => {
    expect(parseField(text)).toBeUndefined()
  })

  it('reads hostile text fast', () => {
    const started = performance.now()
    for (const text of [
      `resources.limits.${'a.'.repeat(50_000)}`,
      `path:${'/a~'.repeat(50_000)}`,
      `env.${'a'.repeat(1e6)}`,
    ])
      expect(parseField(text)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('knows every plain name that it tells, and what remedies change', () => {
    const plain = (names: readonly string[]) => names.filter((name) => !/[A-Z]{3}/.test(name))
    for (const name of plain([...FIELD_NAMES, ...REMEDY_FIELDS])) expect(parseField(name)).toBe(name)
  })
})

describe('the parts of a field', () => {
  it('names the resource, the variable and the steps of a pointer', () => {
    expect(resourceOfField(field('resources.requests.nvidia.com/gpu'))).toEqual({
      list: 'requests',
      resource: 'nvidia.com/gpu',
    })
    expect(resourceOfField(field('replicas'))).toBeUndefined()
    expect(nameInField(field('env.A.B'), 'env')).toBe('A.B')
    expect(nameInField(field('env.A'), 'quota')).toBeUndefined()
    expect(pointerOfField(field('path:/a~1b/~0/[name=x]'))).toEqual(['a/b', '~', '[name=x]'])
  })

  it.each([
    ['image', true],
    ['image.tag', true],
    ['env.A', true],
    ['resources.limits.nvidia.com/gpu', true],
    ['replicas', false],
    ['storage', false],
    ['quota.cpu', false],
    ['path:/spec/x', false],
  ])('%s is of a container: %s', (text, expected) => {
    expect(isContainerField(field(text))).toBe(expected)
  })

  it.each([
    ['resources.limits.memory', 'spec.template.spec.containers[app].resources.limits.memory', true],
    ['resources.limits.memory', 'spec.template.spec.containers[app].resources.requests.memory', false],
    ['resources.limits.nvidia.com/gpu', 'spec.containers[app].resources.limits["nvidia.com/gpu"]', true],
    ['replicas', 'spec.replicas', true],
    ['replicas', 'spec.minReplicas', false],
    ['maxReplicas', 'spec.maxReplicaCount', true],
    ['storage', 'spec.volumeClaimTemplates[data].spec.resources.requests.storage', true],
    ['env.A', 'spec.template.spec.containers[app].env[A].value', true],
    ['env.A', 'spec.template.spec.containers[app].env[BA].value', false],
    ['annotations.a/b', 'spec.template.metadata.annotations["a/b"]', true],
    ['quota.pods', 'spec.hard.pods', true],
    ['path:/spec/nodeSets/[name=x]/count', 'spec.nodeSets[0].count', true],
  ])('%s may be at %s: %s', (text, path, expected) => {
    expect(mayBePathOf(field(text), path)).toBe(expected)
  })
})
