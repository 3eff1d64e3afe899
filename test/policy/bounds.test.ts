import { describe, expect, it } from 'vitest'
import { type Ceiling, type Limits, parseField } from '../../src/domain/index.ts'
import { beyondBounds, fieldAllowed } from '../../src/policy/bounds.ts'

const ceiling: Ceiling = {
  mode: 'propose',
  actions: [],
  fields: [],
  maxIncreaseFactor: 2,
  replicasMax: 5,
  protectedNamespaces: [],
  automergeIsolation: 'process',
  fourEyes: false,
}

function beyond(
  text: string,
  value: string,
  path: string,
  before: string | number,
  after: string | number,
): readonly string[] {
  const field = parseField(text)
  if (field === undefined) throw new RangeError(text)
  const limits = { maxIncreaseFactor: 4 } as Limits // the bounds that are not set bind nothing
  return beyondBounds([{ field, value }], [{ object: 'x', path, before, after }], limits, ceiling)
}

describe('beyondBounds', () => {
  it.each([
    ['maxReplicas', '6', 'spec.maxReplicas', 5, 6, 'maxReplicas 6 is above 5'],
    ['maxReplicas', '5', 'spec.maxReplicaCount', 2, 5, 'maxReplicas 2 -> 5 is more than 2 times'],
    ['minReplicas', '4', 'spec.minReplicas', 2, 4, undefined],
    [
      'quota.limits.memory',
      '3Gi',
      'spec.hard["limits.memory"]',
      '1Gi',
      '3Gi',
      'quota.limits.memory 1Gi -> 3Gi is more than 2 times',
    ],
    [
      'resources.limits.nvidia.com/gpu',
      '3',
      'spec.containers[a].resources.limits["nvidia.com/gpu"]',
      1,
      3,
      'resources.limits.nvidia.com/gpu 1 -> 3 is more than 2 times',
    ],
    [
      'resources.limits.ephemeral-storage',
      '3Gi',
      'spec.containers[a].resources.limits.ephemeral-storage',
      '1Gi',
      '3Gi',
      'resources.limits.ephemeral-storage 1Gi -> 3Gi is more than 2 times',
    ],
    [
      'path:/spec/nodes/[name=a]/size',
      '9',
      'spec.nodes[0].size',
      1,
      9,
      'path:/spec/nodes/[name=a]/size 1 -> 9 is more than 2 times',
    ],
    ['path:/spec/mode', 'fast', 'spec.mode', 'slow', 'fast', undefined],
    ['env.WORKERS', '900', 'spec.containers[a].env[WORKERS].value', '1', '900', undefined],
  ])('%s = %s at %s', (field, value, path, before, after, expected) => {
    expect(beyond(field, value, path, before, after)).toEqual(expected === undefined ? [] : [expected])
  })
})

describe('fieldAllowed', () => {
  it.each([
    ['annotations.a', ['annotations.*'], true],
    ['env.A', ['env.NAME'], true],
    ['env.A', ['env.B', 'annotations.*'], false],
    ['quota.pods', ['quota.KEY'], true],
    ['path:/spec/a', ['path:/spec/a'], true],
    ['path:/spec/a', ['path:POINTER', 'path:/spec'], false],
    ['resources.limits.nvidia.com/gpu', ['resources.limits.memory'], false],
  ])('%s by %j: %s', (field, fields, expected) => {
    expect(fieldAllowed(field, fields)).toBe(expected)
  })
})
