/**
 * Plain values as bytes: the length of the header (four bytes, little endian), the header (JSON, its records of one key `$` stand for what
 * JSON has no word for), and the bytes of the typed arrays, each at a multiple of eight, little endian. Reading takes time and memory in
 * proportion to the bytes, whatever they hold.
 */

const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  i8: Int8Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
}
type ArrayName = keyof typeof ARRAYS

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])
const ALIGNED = 8
const LENGTH_BYTES = 4
/** Models are flat; a deeper header is none of ours. */
const DEEPEST = 32

/** Undefined for what is not plain: a function, a class, a cycle. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  const arrays: ArrayBufferView[] = []
  const places: number[] = []
  let end = 0
  const place = (array: ArrayBufferView): number => {
    const at = end
    arrays.push(array)
    places.push(at)
    end = aligned(at + array.byteLength)
    return at
  }
  const written = word(value, place, 0)
  if (written === undefined) return undefined
  const header = new TextEncoder().encode(JSON.stringify(written.word))
  const start = aligned(LENGTH_BYTES + header.byteLength)
  const bytes = new Uint8Array(start + end)
  new DataView(bytes.buffer).setUint32(0, header.byteLength, true)
  bytes.set(header, LENGTH_BYTES)
  for (const [index, array] of arrays.entries())
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + (places[index] ?? 0))
  return bytes
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNED) * ALIGNED
}

type Place = (array: ArrayBufferView) => number
/** A value as JSON has it. */
type Word = { readonly word: unknown }

function word(value: unknown, place: Place, depth: number): Word | undefined {
  if (depth > DEEPEST) return undefined
  if (value === undefined) return { word: { $: 'undefined' } }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { word: value }
  if (typeof value === 'number') return { word: numberWord(value) }
  if (typeof value !== 'object') return undefined
  if (ArrayBuffer.isView(value)) return arrayWord(value, place)
  if (Array.isArray(value)) return listWord(value, place, depth)
  return recordWord(value, place, depth)
}

function numberWord(value: number): unknown {
  if (Object.is(value, -0)) return { $: '-0' }
  return Number.isFinite(value) ? value : { $: String(value) }
}

function arrayWord(value: ArrayBufferView, place: Place): Word | undefined {
  for (const [name, made] of Object.entries(ARRAYS))
    if (value instanceof made) return { word: { $: [name, place(value), value.length] } }
  return undefined
}

function listWord(list: readonly unknown[], place: Place, depth: number): Word | undefined {
  const words: unknown[] = []
  for (const item of list) {
    const one = word(item, place, depth + 1)
    if (one === undefined) return undefined
    words.push(one.word)
  }
  return { word: words }
}

function recordWord(record: object, place: Place, depth: number): Word | undefined {
  const prototype: unknown = Object.getPrototypeOf(record)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const words: [string, unknown][] = []
  for (const [key, item] of Object.entries(record)) {
    const one = word(item, place, depth + 1)
    if (one === undefined) return undefined
    // A key of ours is never mistaken for one that stands for something.
    words.push([key.startsWith('$') ? `$${key}` : key, one.word])
  }
  return { word: Object.fromEntries(words) }
}

class NotOurs extends Error {}

/** What was written; undefined where these bytes are none of `bytesOf`. The typed arrays look at the given bytes, which begin at a multiple of eight. */
export function plainOf(bytes: Uint8Array<ArrayBuffer>): Word | undefined {
  if (bytes.byteLength < LENGTH_BYTES || bytes.byteOffset % ALIGNED !== 0) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const start = aligned(LENGTH_BYTES + length)
  if (start > bytes.byteLength) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
    return { word: read(JSON.parse(text), bytes.subarray(start), 0) }
  } catch {
    return undefined
  }
}

function read(written: unknown, arrays: Uint8Array<ArrayBuffer>, depth: number): unknown {
  if (depth > DEEPEST + 1) throw new NotOurs()
  if (typeof written !== 'object' || written === null) return written
  if (Array.isArray(written)) return written.map((item) => read(item, arrays, depth + 1))
  const entries: [string, unknown][] = Object.entries(written)
  const [first] = entries
  if (entries.length === 1 && first !== undefined && first[0] === '$') return meant(first[1], arrays)
  return Object.fromEntries(
    entries.map(([key, item]) => [key.startsWith('$') ? key.slice(1) : key, read(item, arrays, depth + 1)]),
  )
}

function meant(sign: unknown, arrays: Uint8Array<ArrayBuffer>): unknown {
  if (sign === 'undefined') return undefined
  if (typeof sign === 'string') {
    const number = NUMBERS.get(sign)
    if (number === undefined) throw new NotOurs()
    return number
  }
  if (!Array.isArray(sign)) throw new NotOurs()
  const [name, at, length]: readonly unknown[] = sign
  if (!isArrayName(name) || !isCount(at) || !isCount(length) || at % ALIGNED !== 0) throw new NotOurs()
  const made = ARRAYS[name]
  if (at + length * made.BYTES_PER_ELEMENT > arrays.byteLength) throw new NotOurs()
  return new made(arrays.buffer, arrays.byteOffset + at, length)
}

function isArrayName(name: unknown): name is ArrayName {
  return typeof name === 'string' && Object.hasOwn(ARRAYS, name)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
