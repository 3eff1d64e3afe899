import { JSDOM } from 'jsdom'
import { beforeAll, describe, expect, it } from 'vitest'
import { SIGNALS, type SignalId, type SignalUnit } from '../../src/domain/index.ts'
import { chartOf } from '../../src/proposal/chart.ts'
import { size } from '../fakes/size.ts'
import { diagnosis, seriesOf } from './fixtures.ts'

type Mermaid = { parse(text: string): Promise<unknown> }

/** Seeded, so that a failing series is found again (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const ODD = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e300,
  -1e300,
  5e-324,
  1e21,
  1e-9,
  -1,
]
/** One signal of each unit that a chart is drawn in. */
const BY_UNIT = new Map(Object.entries(SIGNALS).map(([id, { unit }]) => [unit as SignalUnit, id as SignalId]))
const DRAWN = [...BY_UNIT].filter(([unit]) => !['flag', 'count', 'instant'].includes(unit)).map(([, id]) => id)

function valuesOf(random: () => number): number[] {
  const length = Math.floor(random() * 130)
  const scale = 10 ** (random() * 24 - 8)
  const oddity = random() < 0.5 ? 0 : random()
  return Array.from({ length }, () =>
    random() < oddity ? (ODD[Math.floor(random() * ODD.length)] ?? 0) : (random() - 0.2) * scale,
  )
}

function chartFor(random: () => number): string {
  const signal = DRAWN[Math.floor(random() * DRAWN.length)] ?? 'memory-working-set'
  const series = {
    ...seriesOf(valuesOf(random)),
    signal,
    stepMs: [1000, 15_000, 60_000][Math.floor(random() * 3)] ?? 1000,
  }
  const threshold = random() < 0.3 ? (ODD[Math.floor(random() * ODD.length)] ?? 0) : random() * 1e9
  const [first] = diagnosis.evidence
  if (first === undefined) throw new Error('no evidence')
  return chartOf(
    {
      ...diagnosis,
      failure: 'Anomaly',
      evidence: [{ ...first, signal, ...(random() < 0.8 ? { threshold } : {}) }],
      observed: random() < 0.5 ? { memoryLimitBytes: threshold } : {},
    },
    [{ signal, status: 'ok', series: [series], asked: '' }],
  )
}

describe('the chart, read by mermaid itself', () => {
  let mermaid: Mermaid
  beforeAll(async () => {
    const { window } = new JSDOM('<!doctype html><body></body>')
    Object.assign(globalThis, { window, document: window.document })
    const loaded = await import('mermaid')
    mermaid = loaded.default
  }, 60_000)

  const tried = size(300, 10_000)
  it(`parses for ${tried} series of any kind, and is a line of text as well`, { timeout: 600_000 }, async () => {
    const random = dice(4)
    let drawn = 0
    for (let index = 0; index < tried; index += 1) {
      const chart = chartFor(random)
      const picture = /^```mermaid\n([\s\S]*?)\n```/.exec(chart)?.[1]
      if (chart !== '') expect(chart).toMatch(/: `[▁▂▃▄▅▆▇█·]+` from /)
      if (picture === undefined) continue
      drawn += 1
      await expect(mermaid.parse(picture), picture).resolves.toBeTruthy()
    }
    expect(drawn).toBeGreaterThan(tried / 4)
  })

  it.each(['NaN', '1e9', ''])('is judged by a parser that does not take %j for a point', async (point) => {
    await expect(mermaid.parse(`xychart-beta\n  line [${point}]`)).rejects.toThrow()
  })
})
