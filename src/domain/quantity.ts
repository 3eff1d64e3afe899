declare const quantity: unique symbol

/** A Kubernetes resource quantity: the author's text and its exact value. Made only by `parseQuantity`, `bytesQuantity` and `millicoresQuantity`. */
export type Quantity = {
  readonly text: string
  /** Exact value in billionths of the unit, so that `1n`, `100m`, `1Gi` and `2` all are whole numbers. */
  readonly nano: bigint
  readonly [quantity]: true
}

const NANO = 1_000_000_000n
const SUFFIX: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': NANO,
  k: NANO * 1000n,
  M: NANO * 1000n ** 2n,
  G: NANO * 1000n ** 3n,
  T: NANO * 1000n ** 4n,
  P: NANO * 1000n ** 5n,
  E: NANO * 1000n ** 6n,
  Ki: NANO * 1024n,
  Mi: NANO * 1024n ** 2n,
  Gi: NANO * 1024n ** 3n,
  Ti: NANO * 1024n ** 4n,
  Pi: NANO * 1024n ** 5n,
  Ei: NANO * 1024n ** 6n,
}
const FORM = /^([+-]?)(\d{1,18})?(?:\.(\d{0,9}))?(?:([eE][+-]?\d{1,2})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/

/**
 * Reads a quantity by the grammar of Kubernetes' `resource.Quantity`; undefined for anything else.
 * Digits finer than a billionth are not accepted (Kubernetes rounds them up).
 */
export function parseQuantity(source: string): Quantity | undefined {
  const match = FORM.exec(source)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent, suffix = ''] = match
  if (whole === undefined && fraction === '') return undefined
  const unit = SUFFIX[suffix]
  if (unit === undefined) return undefined
  let scaled = BigInt((whole ?? '0') + fraction) * unit
  let down = 10n ** BigInt(fraction.length)
  if (exponent !== undefined) {
    const power = Number(exponent.slice(1))
    if (power >= 0) scaled *= 10n ** BigInt(power)
    else down *= 10n ** BigInt(-power)
  }
  if (scaled % down !== 0n) return undefined
  const nano = scaled / down
  return { text: source, nano: sign === '-' ? -nano : nano } as Quantity // the door
}

/** -1, 0 or 1, by exact value: `1Gi` equals `1024Mi`, `2` equals `2000m`. */
export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  if (a.nano === b.nano) return 0
  return a.nano < b.nano ? -1 : 1
}

/** Whole bytes, rounded up. Exact below 2^53. */
export function toBytes(value: Quantity): number {
  return Number((value.nano + NANO - 1n) / NANO)
}

/** Millicores, rounded up, as Kubernetes schedules them. */
export function toMillicores(value: Quantity): number {
  return Number((value.nano + 999_999n) / 1_000_000n)
}

/** The shortest binary notation that is exact: 134217728 -> `128Mi`, 1000 -> `1000`. */
export function bytesQuantity(bytes: number): Quantity {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`${bytes} is not a whole number of bytes`)
  for (const [suffix, size] of [
    ['Ti', 1024 ** 4],
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ] as const) {
    if (bytes > 0 && bytes % size === 0)
      return { text: `${bytes / size}${suffix}`, nano: BigInt(bytes) * NANO } as Quantity
  }
  return { text: String(bytes), nano: BigInt(bytes) * NANO } as Quantity
}

/** `2000` -> `2`, `250` -> `250m`. */
export function millicoresQuantity(millicores: number): Quantity {
  if (!Number.isSafeInteger(millicores) || millicores < 0)
    throw new RangeError(`${millicores} is not a whole number of millicores`)
  const text = millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`
  return { text, nano: BigInt(millicores) * 1_000_000n } as Quantity
}
