import type { Series, SignalAnswer, SignalId, Subject } from '../../src/domain/index.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** 2026-01-05 is a Monday. */
export const NOW = Date.UTC(2026, 0, 5, 12, 0, 0)

export const cart: Subject = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: 'cart' }
export const cartApp: Subject = { ...cart, container: 'app' }

/** Values by a function of minutes before NOW (0 is the newest), one sample a minute over `minutes`. */
export function series(
  signal: SignalId,
  subject: Subject,
  value: (minutesAgo: number) => number,
  options: { minutes?: number; stepMs?: number; labels?: Record<string, string>; nowMs?: number } = {},
): Series {
  const stepMs = options.stepMs ?? MINUTE
  const nowMs = options.nowMs ?? NOW
  const length = Math.floor(((options.minutes ?? 120) * MINUTE) / stepMs) + 1
  const startMs = nowMs - (length - 1) * stepMs
  const values = Float64Array.from({ length }, (_, i) => value(((length - 1 - i) * stepMs) / MINUTE))
  return {
    signal,
    subject,
    startMs,
    stepMs,
    values,
    ...(options.labels === undefined ? {} : { labels: options.labels }),
  }
}

export function answer(list: readonly Series[], signal: SignalId, status: SignalAnswer['status'] = 'ok'): SignalAnswer {
  const mine = list.filter((one) => one.signal === signal)
  return {
    signal,
    status: mine.length === 0 && status === 'ok' ? 'empty' : status,
    series: mine,
    asked: `ask(${signal})`,
  }
}

/** One answer per signal that occurs. */
export function answersOf(...list: readonly Series[]): readonly SignalAnswer[] {
  return [...new Set(list.map((one) => one.signal))].map((signal) => answer(list, signal))
}
