import { describe, expect, it } from 'vitest'
import {
  answers,
  askKey,
  asksFor,
  detectors,
  judgeLive,
  modelFinding,
  NO_ENGINES,
  type Window,
} from '../../src/detection/index.ts'
import type { SignalId } from '../../src/domain/index.ts'
import { MINUTE } from '../fakes/series.ts'
import { FIVE_MINUTES, healthyWindow, PER_DAY, withChanged } from '../fakes/windows.ts'

const forest = detectors.filter(({ id }) => id === 'isolation-forest')

describe('a finding of the models', () => {
  const rows = 15 * PER_DAY + 120
  const healthy = healthyWindow(4, 16)
  const cut = (window: Window<SignalId>): Window<SignalId> => ({
    ...window,
    length: rows,
    columns: window.columns.map((column) => ({ ...column, values: column.values.subarray(0, rows) })),
  })
  const lastMs = healthy.startMs + (rows - 1) * healthy.stepMs
  const sick = cut(withChanged(healthy, 'cpu-usage', rows - 8, rows, (value) => value * 3))
  const live = (window: Window<SignalId>) => {
    const from = window.length - 36
    const known = new Map(
      answers(forest, { window, asks: asksFor(forest, window, from, 7), seed: 7 }, NO_ENGINES).map((one) => [
        askKey(one),
        one,
      ]),
    )
    return judgeLive(forest, window, from, 7, (ask) => known.get(askKey(ask)))
  }
  const restartedAt = (row: number) => ({
    signal: 'restarts' as const,
    values: new Float64Array(rows).fill(1, row, row + 1),
    asked: 'ask(restarts)',
  })
  const find = (window: Window<SignalId>, nowMs = lastMs) =>
    modelFinding({ judged: live(window), window, cooldownMs: 5 * MINUTE, nowMs })

  it('is an anomaly of unknown kind, with its votes and a start in the samples', () => {
    const finding = find(sick)
    expect(finding).toMatchObject({ failure: 'Anomaly', subject: healthy.subject, lastMs, data: 'complete' })
    expect(finding?.by).toMatchObject({ share: 1, votes: [{ model: 'isolation-forest', anomaly: true }] })
    expect(finding?.startMs).toBeGreaterThanOrEqual(lastMs - 7 * FIVE_MINUTES)
    expect(finding?.startMs).toBeLessThan(lastMs)
  })

  it('names the metric that is unlike itself first', () => {
    expect(find(sick)?.evidence[0]).toMatchObject({ signal: 'cpu-usage', atMs: lastMs, asked: 'ask(cpu-usage)' })
  })

  it('says when memory that leaks would meet its limit', () => {
    const begin = rows - 10 * 12
    const leaking = cut(
      withChanged(healthy, 'memory-working-set', begin, rows, (value, row) => value + 3e6 * (row - begin)),
    )
    const find = (memoryLimit?: number) =>
      modelFinding({
        judged: live(leaking),
        window: { ...leaking, columns: [...leaking.columns, restartedAt(begin)] },
        cooldownMs: 0,
        nowMs: lastMs,
        ...(memoryLimit === undefined ? {} : { memoryLimit }),
      })
    const told = find(1e9)?.evidence.find(({ threshold }) => threshold === 1e9)
    expect(told?.says).toMatch(/would meet the limit in \d+h\d*m? \(nine times in ten between/)
    expect(find()?.evidence.some(({ says }) => says.includes('limit'))).toBe(false)
  })

  it('is partial when the window is', () => {
    expect(find({ ...sick, partial: true })?.data).toBe('partial')
  })

  it('is none of a healthy window', () => {
    expect(find(cut(healthy))).toBeUndefined()
  })

  it('is none of a window whose newest row is older than two steps', () => {
    expect(find(sick, lastMs + 2 * FIVE_MINUTES + 1)).toBeUndefined()
  })

  const silent = (missing: number) => cut(withChanged(sick, 'cpu-usage', rows - missing, rows, () => Number.NaN))

  it('speaks of the newest row that was measured, and quotes it', () => {
    const finding = find(silent(2))
    expect(finding).toMatchObject({ lastMs: lastMs - 2 * FIVE_MINUTES })
    expect(finding?.evidence[0]).toMatchObject({ signal: 'cpu-usage', atMs: lastMs - 2 * FIVE_MINUTES })
  })

  it('is none once nothing was measured for longer', () => {
    expect(find(silent(3))).toBeUndefined()
  })

  it('is none where no fit is there yet', () => {
    const judged = judgeLive(forest, sick, rows - 36, 7, () => undefined)
    expect(judged.tracks[0]?.silent.every(({ why }) => why === 'not-fitted')).toBe(true)
    expect(modelFinding({ judged, window: sick, cooldownMs: 0, nowMs: lastMs })).toBeUndefined()
  })
})
