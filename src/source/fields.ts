import {
  compareQuantities,
  type Field,
  type JsonPath,
  type JsonValue,
  nameInField,
  parseQuantity,
  pointerOfField,
} from '../domain/index.ts'
import { formatImage, parseImage } from './image.ts'
import { type Refused, refuse } from './refused.ts'

/** What a field holds, which decides how its value is checked, compared and traced. */
export type ValueKind = 'quantity' | 'integer' | 'boolean' | 'image' | 'text'

/** What the field holds; for `path:` it is inferred from what is rendered there, and undefined where nothing tells. */
export function valueKind(field: Field, rendered?: JsonValue): ValueKind | undefined {
  if (field === 'image' || field === 'image.tag') return 'image'
  if (field === 'replicas' || field === 'minReplicas' || field === 'maxReplicas') return 'integer'
  if (nameInField(field, 'annotations') !== undefined || nameInField(field, 'env') !== undefined) return 'text'
  const pointer = pointerOfField(field)
  return pointer === undefined ? 'quantity' : inferred(pointer, rendered)
}

const MEASURED = /^(?:memory|cpu|storage|ephemeral-storage|hugepages-.+|requests\..+|limits\..+)$/

/** Whether Kubernetes reads a quantity there, which may be written as text or as a number. HEURISTIC: by the last two names. */
function isMeasured(pointer: readonly string[]): boolean {
  const above = pointer.at(-2)
  return above === 'limits' || above === 'requests' || MEASURED.test(pointer.at(-1) ?? '')
}

function inferred(pointer: readonly string[], rendered: JsonValue | undefined): ValueKind | undefined {
  if (typeof rendered === 'boolean') return 'boolean'
  if (isMeasured(pointer)) return 'quantity'
  if (typeof rendered === 'number') return Number.isInteger(rendered) ? 'integer' : undefined
  if (typeof rendered !== 'string') return undefined
  const image = pointer.at(-1) === 'image' ? parseImage(rendered) : undefined
  return image?.tag !== undefined || image?.digest !== undefined ? 'image' : 'text'
}

/** The whole reference that `image.tag` means: `1.2`, `1.2@sha256:...` or `sha256:...` in the place of what is rendered behind the name. */
function withVersion(rendered: JsonValue | undefined, version: string): string | undefined {
  const now = typeof rendered === 'string' ? parseImage(rendered) : undefined
  if (now === undefined) return undefined
  const text = `${now.name}${/^sha(?:256|512):/.test(version) ? '@' : ':'}${version}`
  const image = parseImage(text)
  return image === undefined ? undefined : formatImage(image)
}

/** What is asked for, in the terms of the rendered field. */
export type Wanted = { readonly kind: ValueKind; readonly value: string }

/** The value to render for a change of a field that renders `rendered` now; `value-invalid` when the field can't hold it. */
export function wantedValue(field: Field, value: string, rendered: JsonValue | undefined): Wanted | Refused {
  const wrong = checkValue(field, value, rendered)
  if (wrong !== undefined) return wrong
  const kind = valueKind(field, rendered)
  if (kind === undefined) return unknownKind(field, rendered)
  if (field !== 'image.tag') return { kind, value }
  const whole = withVersion(rendered, value)
  return whole === undefined
    ? refuse('value-invalid', `${String(rendered)} and ${value} make no image reference`)
    : { kind, value: whole }
}

function unknownKind(field: Field, rendered: JsonValue | undefined): Refused {
  const what =
    rendered === undefined || rendered === null ? 'nothing is rendered there' : `${String(rendered)} is rendered`
  return refuse('field-unsupported', `${field}: ${what}, so what it may hold is not known`)
}

const LONGEST_TAG = 128

/** Another text that begins and ends as this one does: what a template puts before and behind a value has to stay. */
function anyText(text: string): string {
  return text === '' ? 'kintsugi' : text + text
}

/** Another tag of the same form. */
function anyTag(tag = ''): string {
  const version = /^(v?\d+\.\d+\.)\d+(.*)$/.exec(tag)
  if (version !== null) return `${version[1]}70000${version[2]}`
  return 2 * tag.length > LONGEST_TAG ? 'kintsugi' : anyText(tag)
}

/** A value for a question that only asks where: of the field's kind, and another than what is there. */
export function anyValue(field: Field, rendered: JsonValue | undefined): Wanted | Refused {
  const kind = valueKind(field, rendered)
  switch (kind) {
    case undefined:
      return unknownKind(field, rendered)
    case 'quantity':
      return { kind, value: '70000Mi' }
    case 'integer':
      return { kind, value: '70000' }
    case 'boolean':
      return { kind, value: String(rendered !== true) }
    case 'image': {
      const image = parseImage(String(rendered))
      const tag = image?.tag === undefined ? '' : `:${image.tag}`
      const version = image?.digest === undefined ? `:${anyTag(image?.tag)}` : `${tag}@sha256:${'0'.repeat(64)}`
      return { kind, value: `${image?.name ?? 'image'}${version}` }
    }
    case 'text':
      return { kind, value: anyText(typeof rendered === 'string' ? rendered : '') }
    default:
      return kind satisfies never
  }
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
    case 'boolean':
      return value === 'true' || value === 'false' ? undefined : 'is neither true nor false'
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

const VERSION = /^(?:\w[\w.-]{0,127}(?:@sha(?:256|512):[0-9a-f]{64,128})?|sha(?:256|512):[0-9a-f]{64,128})$/

/** `value-invalid` when the field can't hold the value. What `path:` can hold depends on what is rendered there. */
export function checkValue(field: Field, value: string, rendered?: JsonValue): Refused | undefined {
  const kind = valueKind(field, rendered)
  const tag = field === 'image.tag' && !VERSION.test(value) ? 'is not a tag or digest' : undefined
  const checked = field === 'image.tag' ? undefined : problem(kind ?? 'text', value)
  const wrong = tag ?? checked
  return wrong === undefined
    ? undefined
    : refuse('value-invalid', `${field}: ${JSON.stringify(value.slice(0, 80))} ${wrong}`)
}

/** Whether what is rendered means the same to Kubernetes: `1Gi` is `1024Mi`, `2` is `"2000m"`. */
export function sameValue(kind: ValueKind, rendered: JsonValue | undefined, wanted: string): boolean {
  if (kind === 'boolean') return typeof rendered === 'boolean' && String(rendered) === wanted
  if (typeof rendered !== 'string' && typeof rendered !== 'number') return false
  const text = String(rendered)
  if (kind !== 'quantity') return text === wanted
  const [have, want] = [parseQuantity(text), parseQuantity(wanted)]
  return have !== undefined && want !== undefined && compareQuantities(have, want) === 0
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
