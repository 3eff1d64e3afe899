import { describe, expect, it } from 'vitest'
import { historySignals } from '../../src/detection/index.ts'
import { OF_A_WORKLOAD, SEED_METRICS, signalInfo } from '../../src/domain/index.ts'

describe('what the models are told of a workload', () => {
  it('is every one of the sixteen metrics but four, which are of no workload, and what its users meet', () => {
    const others = SEED_METRICS.filter((metric) => !historySignals.some((id) => id === OF_A_WORKLOAD[metric]))
    expect(others).toEqual([
      'node_memory_utilization',
      'cluster_resource_quota',
      'apiserver_request_total',
      'apiserver_error_rate',
    ])
    expect(historySignals).toHaveLength(12 + 3)
    expect(new Set(historySignals).size).toBe(historySignals.length)
  })

  it('is told of each workload, never of a cluster', () => {
    for (const id of historySignals) expect(['container', 'workload']).toContain(signalInfo(id).level)
  })
})
