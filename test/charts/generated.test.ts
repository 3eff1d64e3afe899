import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { policyDefinition, valuesSchema } from './generated.ts'
import { CHART, least } from './helm.ts'

/** Files that are behind are written anew by `npx vitest run test/charts --update`. */
describe('what the chart has from the program', () => {
  it('is the schema of its values', async () => {
    await expect(`${JSON.stringify(valuesSchema(), null, 2)}\n`).toMatchFileSnapshot(join(CHART, 'values.schema.json'))
  })

  it('is the kind SelfHealingPolicy', async () => {
    await expect(policyDefinition()).toMatchFileSnapshot(join(CHART, 'crds/selfhealingpolicies.yaml'))
  })

  it('holds as a schema, for values that are told', () => {
    const validate = new Ajv({ strict: false }).compile(valuesSchema())
    expect(validate(least)).toBe(true)
    expect(validate({ ...least, config: {} })).toBe(false)
  })

  it('is a structural schema: what the API server forbids in one is not there', () => {
    const [version] = parse(policyDefinition()).spec.versions
    const text = JSON.stringify(version.schema)
    for (const word of ['"default"', '"propertyNames"', '"additionalProperties":false', '"examples"', '"$schema"'])
      expect(text).not.toContain(word)
    const spec = version.schema.openAPIV3Schema.properties.spec
    expect(spec.required).toEqual(['anomalyType', 'action'])
    expect(spec.properties.limits.properties.memoryMax).toEqual({ 'x-kubernetes-int-or-string': true })
    const every = (schema: Record<string, unknown>): boolean => {
      const { type, properties, items } = schema
      if (type === undefined && schema['x-kubernetes-int-or-string'] !== true) return false
      const inner = [...Object.values((properties ?? {}) as object), ...(items === undefined ? [] : [items])]
      return inner.every((one) => every(one as Record<string, unknown>))
    }
    expect(every(version.schema.openAPIV3Schema)).toBe(true)
  })
})
