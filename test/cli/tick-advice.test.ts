import { describe, expect, it } from 'vitest'
import { stoppedBy } from '../../src/cli/tick-advice.ts'

describe('what stops the bot although nobody said stop', () => {
  const sources = {
    pause: [{ config: false }, { file: '/etc/kintsugi/pause' }, { configMap: 'kintsugi/pause' }],
    freezes: [{ file: '/etc/kintsugi/freeze' }, { url: 'https://freeze.example.com' }],
  }

  it('is a source that cannot be read, named by its key', () => {
    expect(stoppedBy(new Set(['paused']), sources)).toEqual([
      'pause: a source of the kind configMap cannot be read by this version, and counts as set. Name a file instead.',
    ])
    expect(stoppedBy(new Set(['frozen']), sources)).toEqual([expect.stringMatching(/^freezes: .* url /)])
  })

  it('is not said where it stops nothing, or where somebody did say stop', () => {
    expect(stoppedBy(new Set(['no-policy', undefined]), sources)).toEqual([])
    expect(stoppedBy(new Set(['paused']), { pause: [{ config: true }], freezes: [] })).toEqual([])
  })
})
