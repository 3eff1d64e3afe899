import { describe, expect, it } from 'vitest'
import { unused } from '../../src/cli/world.ts'
import { defaultConfig } from '../../src/config.ts'

describe('what a configuration says and nothing reads', () => {
  it('is said: receivers, to whom this version sends nothing', () => {
    const receivers = [
      { name: 'slack', kind: 'slack' },
      { name: 'pager', kind: 'pagerduty' },
    ]
    expect(unused(defaultConfig('prod', { receivers }))).toEqual([
      'receivers: this version sends nothing to any receiver (slack, pager)',
    ])
  })

  it('is nothing where there is none', () => {
    expect(unused(undefined)).toEqual([])
    expect(unused(defaultConfig('prod'))).toEqual([])
  })
})
