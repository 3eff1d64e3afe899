import { describe, expect, it } from 'vitest'
import { declaredOf, qosOf } from '../../src/remediation/effective.ts'

describe('the QoS class', () => {
  it.each([
    ['BestEffort', [{ name: 'app' }]],
    ['Burstable', [{ name: 'app', memoryLimit: '1Gi' }]],
    ['Burstable', [{ name: 'app', cpuRequest: '1' }]],
    ['Guaranteed', [{ name: 'app', memoryLimit: '1Gi', cpuLimit: '1' }]],
    ['Guaranteed', [{ name: 'app', memoryLimit: '1Gi', memoryRequest: '1024Mi', cpuLimit: '1', cpuRequest: '1000m' }]],
    ['Burstable', [{ name: 'app', memoryLimit: '1Gi', memoryRequest: '512Mi', cpuLimit: '1' }]],
    ['Burstable', [{ name: 'app', memoryLimit: '1Gi', cpuLimit: '1' }, { name: 'proxy' }]],
  ] as const)('is %s of %j', (expected, containers) => {
    expect(qosOf(containers)).toBe(expected)
  })
})

describe('a request that is not written', () => {
  it('is the limit', () => {
    expect(declaredOf({ name: 'app', memoryLimit: '1Gi' }, 'memory')).toMatchObject({
      request: { text: '1Gi' },
      requestDefaults: true,
    })
  })

  it('is nothing without a limit', () => {
    expect(declaredOf({ name: 'app' }, 'cpu')).toEqual({ limit: undefined, request: undefined, requestDefaults: false })
  })
})
