import type { SignalUnit } from '../domain/index.ts'

const MEBI = 1024 ** 2

type Scale = { readonly unit: string; readonly factor: number; readonly digits: number }

/** How values of a unit are shown: `shown = value * factor`, with that many digits. */
export const SCALES: Readonly<Record<SignalUnit, Scale>> = {
  bytes: { unit: 'Mi', factor: 1 / MEBI, digits: 1 },
  cores: { unit: 'cores', factor: 1, digits: 3 },
  ratio: { unit: '%', factor: 100, digits: 1 },
  count: { unit: '', factor: 1, digits: 0 },
  flag: { unit: '', factor: 1, digits: 0 },
  instant: { unit: 's', factor: 1 / 1000, digits: 0 },
  perSecond: { unit: '/s', factor: 1, digits: 2 },
  seconds: { unit: 's', factor: 1, digits: 3 },
}

/** A number in plain digits, never with an exponent; undefined when it is not finite or too large to be shown so. */
export function plainNumber(value: number, digits: number): string | undefined {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return undefined
  const text = value.toFixed(digits)
  // A rounded negative would print as -0.
  return Number(text) === 0 ? (0).toFixed(digits) : text
}

/** `31.2 Mi`, `98.0 %`, `true`; `unknown` for what is not finite. */
export function formatValue(value: number, unit: SignalUnit): string {
  if (unit === 'flag' && Number.isFinite(value)) return value === 0 ? 'no' : 'yes'
  const scale = SCALES[unit]
  const number = plainNumber(value * scale.factor, scale.digits)
  if (number === undefined) return 'unknown'
  return scale.unit === '' ? number : `${number} ${scale.unit}`
}
