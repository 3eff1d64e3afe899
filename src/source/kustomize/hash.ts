import { sha256 } from '../../domain/index.ts'
import { type Draft, type DraftMap, isMap, isNull, isScalar, jsonOfDraft, own, textOf } from './draft.ts'
import { kindOf } from './resource.ts'

/** Digits that could spell words are replaced, as in kubectl's and kustomize's hashes. */
const LETTERS: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/**
 * The suffix that kustomize gives a generated ConfigMap or Secret: ten letters of the SHA-256 of its kind and content, as Go's
 * encoding/json writes them. The name takes part as empty text: kustomize looks it up under a key that no object has.
 */
export function hashOf(object: DraftMap): string {
  const data = hashed(own(object, 'data'))
  const content =
    kindOf(object) === 'Secret'
      ? { kind: 'Secret', name: '', data, type: hashed(own(object, 'type')), ...mapOnly(object, 'stringData') }
      : { kind: 'ConfigMap', name: '', data, ...mapOnly(object, 'binaryData') }
  return [...sha256(goJson(content)).slice(0, 10)].map((digit) => LETTERS[digit] ?? digit).join('')
}

function hashed(value: Draft | undefined): unknown {
  if (isNull(value)) return ''
  return isScalar(value) ? textOf(value) : jsonOfDraft(value ?? null)
}

function mapOnly(object: DraftMap, field: string): Readonly<Record<string, unknown>> {
  const value = own(object, field)
  return isMap(value) ? { [field]: jsonOfDraft(value) } : {}
}

/** JSON as Go writes it: keys sorted by bytes, and `< > &` and two separators escaped. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${goJson(key)}:${goJson(item)}`).join(',')}}`
  }
  return typeof value === 'string' ? goString(value) : JSON.stringify(value)
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
