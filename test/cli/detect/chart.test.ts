import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChartStyle, chartOf, type Plot } from '../../../src/cli/detect/chart.ts'
import { renderSpans } from '../../../src/cli/style.ts'
import { size } from '../../fakes/size.ts'

const START = Date.UTC(2026, 0, 5)

function plot(values: readonly number[], more: Partial<Plot> = {}): Plot {
  return { values: Float64Array.from(values), startMs: START, stepMs: 60_000, judgedFrom: 0, alarms: [], ...more }
}

function drawn(of: Plot, style: Partial<ChartStyle> = {}): readonly string[] {
  return chartOf(of, { width: 80, ascii: false, ...style }).map((line) => renderSpans(line, false))
}

const body = (lines: readonly string[]) => lines.filter((line) => /[│┤|+]/.test(line.slice(0, 16)))

describe('a chart', () => {
  it('has the largest value on top, the least at the bottom, and the times of both ends', () => {
    const lines = drawn(plot([1, 2, 3, 4, 5]))
    expect(lines[0]).toMatch(/^ +5 ┤ +[⠀-⣿]+$/)
    expect(lines[5]).toMatch(/^ +3 ┤/)
    expect(lines[10]).toMatch(/^ +1 ┤[⠀-⣿]+$/)
    expect(lines.join('\n')).toMatch(/2026-01-05 00:00 +2026-01-05 00:02 +2026-01-05 00:04 UTC/)
  })

  it('marks alarms under the moments that they stand at, and what was only fitted on', () => {
    const values = Array.from({ length: 70 }, (_, row) => Math.sin(row))
    const lines = drawn(plot(values, { judgedFrom: 35, alarms: [69] }))
    const axis = lines.findIndex((line) => line.includes('└'))
    expect(lines[axis]).toMatch(/└┄{30,40}─{30,40}$/)
    expect(lines[axis + 1]?.trim()).toBe('▲')
    expect(lines[axis + 1]?.indexOf('▲')).toBe((lines[axis]?.length ?? 0) - 1)
    expect(lines.at(-1)).toContain('▲ alarm  ┄ only fitted on')
  })

  it('leaves a gap where there is no sample', () => {
    const [line] = body(drawn(plot([1, 1, Number.NaN, Number.NaN, 1, 1]))).filter((one) => /[⠁-⣿]/.test(one))
    expect(line).toMatch(/[⠁-⣿]+ {10,}[⠁-⣿]+/)
  })

  it('draws a constant on one line, and says where there is nothing', () => {
    const lines = body(drawn(plot([7, 7, 7]))).filter((one) => /[⠁-⣿]/.test(one))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^ +7 ┤/)
    expect(drawn(plot([Number.NaN]))).toEqual(['no sample to draw'])
    expect(drawn(plot([]))).toEqual(['no sample to draw'])
  })

  it('is plain ASCII where asked', () => {
    const lines = drawn(plot([1, 5, 2, 9], { judgedFrom: 1, alarms: [3] }), { ascii: true })
    expect(lines.join('')).toMatch(/^[ -~]+$/)
    expect(lines.join('\n')).toContain('^ alarm  . only fitted on')
  })

  it('tells values apart that differ little, and shortens large ones', () => {
    expect(drawn(plot([1000.0001, 1000.0002])).join('\n')).toMatch(/1000\.0002 ┤/)
    expect(drawn(plot([1.5e9, 2.5e9])).join('\n')).toMatch(/2\.5G ┤/)
    expect(drawn(plot([1e-9, 5e-9])).join('\n')).toMatch(/5\.000e-9 ┤/)
  })

  it('is never wider than the terminal, whatever it is given', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e308, -1e308, Number.NaN))
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.integer({ min: 30, max: 200 }),
        fc.boolean(),
        fc.nat(300),
        (values, width, ascii, from) => {
          const alarms = values.flatMap((_, row) => (row >= from && row % 7 === 0 ? [row] : []))
          const lines = drawn(plot(values, { judgedFrom: from, alarms }), { width, ascii })
          const finite = values.some(Number.isFinite)
          for (const line of lines.slice(0, -1)) expect([...line].length).toBeLessThanOrEqual(Math.max(width, 40))
          expect(lines.length > 1).toBe(finite)
        },
      ),
      { numRuns: size(200, 5000) },
    )
  })
})
