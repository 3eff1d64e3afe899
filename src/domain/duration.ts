const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `2h`, `1h30m`, `7d` in milliseconds; undefined for anything else (a bare number has no unit and is refused). */
export function parseDuration(source: string): number | undefined {
  if (!/^(?:\d{1,6}[smhd]){1,4}$/.test(source)) return undefined
  let total = 0
  for (const [, digits, unit] of source.matchAll(/(\d+)([smhd])/g))
    total += Number(digits) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  return Number.isFinite(total) ? total : undefined
}

/** The longest two units that are not zero: 5_400_000 -> `1h30m`. Below a second: `0s`. */
export function formatDuration(ms: number): string {
  const parts: string[] = []
  let rest = Math.max(0, Math.floor(ms / 1000)) * 1000
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNIT_MS[unit] ?? 1
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`)
  }
  return parts.join('') || '0s'
}

/** ISO 8601 in UTC to the second: the only way time is written for people. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
