import { dieAt, streamOf } from '../../src/adapters/simulation/noise.ts'
import type { ControllerDeps } from '../../src/controller/index.ts'
import type { FieldChange } from '../../src/domain/index.ts'
import { bytesQuantity, millicoresQuantity, parseQuantity, toBytes } from '../../src/domain/index.ts'
import { edit } from '../../src/source/index.ts'

const DRAWS = 40

/**
 * The room's own edit, asked for something else than was planned: another field, or a value that does not mend. What comes out is as legal and as
 * well proven as any edit; only the sense is missing. `drawn` gets every change that was really made.
 */
export function wrongEdit(seed: number, drawn: (change: FieldChange) => void): ControllerDeps['edit'] {
  return async (input) => {
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const change = wrongChange(seed, draw, input.changes)
      if (change === undefined) continue
      const outcome = await edit({ ...input, changes: [change] })
      if (outcome.outcome !== 'edited') continue
      drawn(change)
      return outcome
    }
    throw new Error(`no legal edit in ${DRAWS} draws of seed ${seed}`)
  }
}

const FIELDS = [
  'resources.limits.memory',
  'resources.requests.memory',
  'resources.limits.cpu',
  'resources.requests.cpu',
  'replicas',
  'image',
  'annotations.example.com/note',
] as const

function wrongChange(seed: number, draw: number, planned: readonly FieldChange[]): FieldChange | undefined {
  const die = (what: string) => dieAt(seed, streamOf('wrong-edit', what), draw)
  const field = FIELDS[Math.floor(die('field') * FIELDS.length)] ?? FIELDS[0]
  const container = planned.find((one) => one.container !== undefined)?.container
  const inContainer = container === undefined ? {} : { container }
  switch (field) {
    case 'replicas':
      return { field, value: String(1 + Math.floor(die('value') * 6)) }
    case 'annotations.example.com/note':
      return { field, value: `n${Math.floor(die('value') * 1000)}` }
    case 'image': {
      const right = planned.find((one) => one.field === 'image')?.value ?? 'registry.example/other:1.0.0'
      return { field, ...inContainer, value: right.replace(/:[^:/]*$/, `:0.${Math.floor(die('value') * 90)}.7`) }
    }
    case 'resources.limits.cpu':
    case 'resources.requests.cpu':
      return { field, ...inContainer, value: millicoresQuantity(50 + Math.floor(die('value') * 1500)).text }
    default:
      return { field, ...inContainer, value: memoryBelow(planned, die('value')) }
  }
}

/** Less memory than was planned by far: a planned limit is at least twice the one that was too little. */
function memoryBelow(planned: readonly FieldChange[], share: number): string {
  const right = planned.find((one) => one.field === 'resources.limits.memory')
  const quantity = right === undefined ? undefined : parseQuantity(right.value)
  const most = quantity === undefined ? 64 * 1024 ** 2 : toBytes(quantity) / 4
  return bytesQuantity(Math.max(8, Math.round((most * (0.3 + share)) / 1024 ** 2)) * 1024 ** 2).text
}
