import type { SignalUnit } from '../../domain/index.ts'

function trimmed(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

function bytes(value: number): string {
  const power = Math.max(0, Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)))
  return `${trimmed(value / 1024 ** power)} ${BINARY[power] ?? 'B'}`
}

/** A value of a signal as people read it; `no sample` for what is not finite. */
export function formatValue(value: number, unit: SignalUnit): string {
  if (!Number.isFinite(value)) return 'no sample'
  switch (unit) {
    case 'bytes':
      return bytes(value)
    case 'cores':
      return Math.abs(value) < 1 && value !== 0 ? `${trimmed(value * 1000)}m` : `${trimmed(value)} cores`
    case 'ratio':
      return `${trimmed(value * 100)} %`
    case 'flag':
      return value === 0 ? 'no' : 'yes'
    case 'instant':
      return formatMoment(value)
    case 'perSecond':
      return `${trimmed(value)}/s`
    case 'seconds':
      return Math.abs(value) < 1 ? `${trimmed(value * 1000)} ms` : `${trimmed(value)} s`
    case 'count':
      return trimmed(value)
    default:
      return unit satisfies never
  }
}

/** `2026-11-21 07:20:30`, always UTC; the page says so once. */
export function formatMoment(atMs: number): string {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15
    ? new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
    : 'unknown'
}

/** `07:20`, UTC. */
export function formatClock(atMs: number): string {
  return formatMoment(atMs).slice(11, 16)
}

const DAY_MS = 86_400_000

/** `07:20`, with the day in front when it is not within the last day. */
export function formatNear(atMs: number, nowMs: number): string {
  const near = Math.abs(nowMs - atMs) < DAY_MS
  return near ? formatClock(atMs) : formatMoment(atMs).slice(0, 16)
}

/** `4m`, `2h 10m`, `3d`; `now` below a second. Never negative. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return seconds === 0 ? 'now' : `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`
  return `${Math.floor(hours / 24)}d`
}

export function shortSha(sha: string): string {
  return sha.slice(0, 7)
}

/** A sentence in fixed words begins with a capital and ends with a full stop, wherever it was written. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const first = String.fromCodePoint(trimmed.codePointAt(0) ?? 0)
  const end = /[.!?:…]$/.test(trimmed) ? '' : '.'
  return `${first.toUpperCase()}${trimmed.slice(first.length)}${end}`
}
