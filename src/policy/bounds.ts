import {
  type Ceiling,
  compareQuantities,
  type Field,
  type FieldChange,
  type Limits,
  mayBePathOf,
  nameInField,
  parseQuantity,
  pointerOfField,
  type Quantity,
  type RenderedChange,
  resourceOfField,
} from '../domain/index.ts'

const NANO = 1_000_000_000n
/** The factor does not bind below these increases (DESIGN 7): small containers need room to step. */
const FREE_BYTES = 256n * 1024n * 1024n * NANO
const FREE_CORES = NANO / 2n

/** `amount`: something counted or measured that no maximum speaks of, so that the factor alone bounds it. */
type Measure = 'memory' | 'cpu' | 'replicas' | 'storage' | 'amount'

function measureOf(field: Field, value: string): Measure | undefined {
  const resource = resourceOfField(field)?.resource
  if (resource === 'memory' || resource === 'cpu') return resource
  if (field === 'replicas' || field === 'minReplicas' || field === 'maxReplicas') return 'replicas'
  if (field === 'storage') return 'storage'
  if (resource !== undefined || nameInField(field, 'quota') !== undefined) return 'amount'
  return pointerOfField(field) !== undefined && parseQuantity(value) !== undefined ? 'amount' : undefined
}

/** Whether the operator lets this field be edited. `annotations.*` (or `annotations.KEY`) lets every annotation; so do `env.NAME` and `quota.KEY`. */
export function fieldAllowed(field: string, fields: readonly string[]): boolean {
  if (fields.includes(field)) return true
  if (field.startsWith('annotations.')) return fields.includes('annotations.*') || fields.includes('annotations.KEY')
  if (field.startsWith('env.')) return fields.includes('env.NAME')
  return field.startsWith('quota.') && fields.includes('quota.KEY')
}

function bytes(value: number | undefined): Quantity | undefined {
  return value === undefined ? undefined : parseQuantity(String(value))
}

/** The smallest of what the policy and the operator allow. */
function maximum(measure: Measure, limits: Limits, ceiling: Ceiling): Quantity | undefined {
  const bounds: Readonly<Record<Measure, readonly (Quantity | undefined)[]>> = {
    memory: [limits.memoryMax, bytes(ceiling.memoryMaxBytes)],
    cpu: [
      limits.cpuMax,
      ceiling.cpuMaxMillicores === undefined ? undefined : parseQuantity(`${ceiling.cpuMaxMillicores}m`),
    ],
    replicas: [bytes(limits.replicasMax), bytes(ceiling.replicasMax)],
    storage: [limits.storageMax],
    amount: [],
  }
  return bounds[measure]
    .filter((bound) => bound !== undefined)
    .reduce<Quantity | undefined>(
      (least, bound) => (least === undefined || bound.nano < least.nano ? bound : least),
      undefined,
    )
}

/** What of a change passes the bounds of policy and operator, one sentence each; empty when all is within. */
export function beyondBounds(
  changes: readonly FieldChange[],
  rendered: readonly RenderedChange[],
  limits: Limits,
  ceiling: Ceiling,
): readonly string[] {
  return changes.flatMap((change) => {
    const measure = measureOf(change.field, change.value)
    if (measure === undefined) return []
    const value = parseQuantity(change.value)
    if (value === undefined) return [`${change.field} ${change.value} is not a quantity`]
    const most = maximum(measure, limits, ceiling)
    if (most !== undefined && compareQuantities(value, most) > 0)
      return [`${change.field} ${change.value} is above ${most.text}`]
    const factor = Math.min(limits.maxIncreaseFactor, ceiling.maxIncreaseFactor)
    const before = valuesBefore(change, value, rendered).find((one) => growsTooFast(measure, one, value, factor))
    return before === undefined
      ? []
      : [`${change.field} ${before.text} -> ${change.value} is more than ${factor} times`]
  })
}

/**
 * The values that the rendered field may have had. A path does not name its container, so every field of that name that is now as meant,
 * in whatever notation, is one of them.
 */
function valuesBefore(change: FieldChange, value: Quantity, rendered: readonly RenderedChange[]): readonly Quantity[] {
  return rendered.flatMap(({ path, before, after }) => {
    if (!mayBePathOf(change.field, path) || before === undefined || before === null) return []
    const [was, is] = [parseQuantity(String(before)), parseQuantity(String(after))]
    return was !== undefined && is !== undefined && compareQuantities(is, value) === 0 ? [was] : []
  })
}

function growsTooFast(measure: Measure, before: Quantity, after: Quantity, factor: number): boolean {
  const increase = after.nano - before.nano
  // Nothing to multiply: from none to some is bounded by the maximum alone.
  if (before.nano <= 0n) return false
  if (measure === 'memory' && increase <= FREE_BYTES) return false
  if (measure === 'cpu' && increase <= FREE_CORES) return false
  return after.nano * 1000n > before.nano * BigInt(Math.round(factor * 1000))
}
