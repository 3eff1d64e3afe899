import type { JsonValue } from '../../domain/index.ts'
import { type Refused, refuse } from '../refused.ts'
import { readYaml } from '../yaml/index.ts'

type FirstValue = { readonly value: JsonValue | undefined }

/** By the very bytes: from one state of a tree to the next most files stay as they are. Nobody changes what was parsed. */
const firstValues = new WeakMap<Uint8Array, FirstValue>()

/** The value of the first document; undefined where there is none. */
export function firstValue(bytes: Uint8Array | undefined, name: string): JsonValue | undefined | Refused {
  if (bytes === undefined) return undefined
  const known = firstValues.get(bytes)
  if (known !== undefined) return known.value
  const read = readYaml(bytes, name)
  if (!read.read) return refuse(read.reason, read.message)
  const value = read.documents[0]?.value
  firstValues.set(bytes, { value })
  return value
}
