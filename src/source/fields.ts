import { compareQuantities, type Field, type JsonPath, type JsonValue, parseQuantity } from '../domain/index.ts'
import { parseImage } from './image.ts'
import { type Refused, refuse } from './refused.ts'

/** What a field holds, which decides how its value is checked, compared and traced. */
export type ValueKind = 'quantity' | 'integer' | 'image' | 'text'

export function valueKind(field: Field): ValueKind {
  if (field === 'image') return 'image'
  if (field === 'replicas') return 'integer'
  return field.startsWith('annotations.') ? 'text' : 'quantity'
}

const INTEGER = /^(?:0|[1-9]\d{0,8})$/
const TEXT_LENGTH = 4096
// Control characters and line ends would need a multi-line or escaped scalar, which the splicer does not write.
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u

function problem(kind: ValueKind, value: string): string | undefined {
  switch (kind) {
    case 'quantity': {
      const quantity = parseQuantity(value)
      if (quantity === undefined) return 'is not a quantity such as 128Mi or 500m'
      return quantity.nano < 0n ? 'is negative' : undefined
    }
    case 'integer':
      return INTEGER.test(value) ? undefined : 'is not a whole number of at least 0'
    case 'image':
      return parseImage(value) === undefined ? 'is not an image reference' : undefined
    case 'text':
      return value.length <= TEXT_LENGTH && ONE_LINE.test(value)
        ? undefined
        : 'is not one line of at most 4096 characters'
    default:
      return kind satisfies never
  }
}

/** `value-invalid` when the field can't hold the value. */
export function checkValue(field: Field, value: string): Refused | undefined {
  const wrong = problem(valueKind(field), value)
  return wrong === undefined
    ? undefined
    : refuse('value-invalid', `${field}: ${JSON.stringify(value.slice(0, 80))} ${wrong}`)
}

/** Whether what is rendered means the same to Kubernetes: `1Gi` is `1024Mi`, `2` is `"2000m"`. */
export function sameValue(kind: ValueKind, rendered: JsonValue | undefined, wanted: string): boolean {
  if (typeof rendered !== 'string' && typeof rendered !== 'number') return false
  const text = String(rendered)
  if (kind !== 'quantity') return text === wanted
  const [have, want] = [parseQuantity(text), parseQuantity(wanted)]
  return have !== undefined && want !== undefined && compareQuantities(have, want) === 0
}

/** The value as the rendered object holds it: replicas are a number, everything else is text. */
export function renderedValue(kind: ValueKind, value: string): JsonValue {
  return kind === 'integer' ? Number(value) : value
}

function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether a JSON pointer names the field or something that holds it. */
export function pointerCovers(pointer: string, path: JsonPath): boolean {
  const steps = pointerSteps(pointer)
  return steps.length > 0 && steps.length <= path.length && steps.every((step, index) => step === String(path[index]))
}

/** JSON pointer of a path (RFC 6901). */
export function pointerOf(path: JsonPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
