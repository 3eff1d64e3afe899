import { describe, expect, it } from 'vitest'
import { forOneLook } from '../../src/cli/world.ts'
import { defaultConfig } from '../../src/config.ts'
import { OWN_MODELS, type OwnModelId } from '../../src/domain/index.ts'

const asking = (models: readonly OwnModelId[]) => {
  const config = defaultConfig('prod')
  return forOneLook({ ...config, detection: { ...config.detection, models } }).detection.models
}

describe('a single look', () => {
  it.each([
    [OWN_MODELS, ['isolation-forest']],
    [['isolation-forest'], ['isolation-forest']],
    [
      ['arima', 'lstm'],
      ['arima', 'lstm'],
    ],
  ] as const)('with %j asks %j', (models, asked) => {
    expect(asking(models)).toEqual(asked)
  })
})
