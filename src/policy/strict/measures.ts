import { formatDuration, parseDuration, parseQuantity, type Quantity } from '../../domain/index.ts'
import { report } from './problem.ts'
import { BAD, described, good, type Reader, wrong } from './reader.ts'
import type { Written } from './written.ts'

/** A duration with its unit (`90s`, `5m`, `1h30m`), in milliseconds. */
export function duration(range: { leastMs: number; mostMs: number }): Reader<number> {
  const bounds = `from ${formatDuration(range.leastMs)} to ${formatDuration(range.mostMs)}`
  return {
    schema: { type: 'string', pattern: '^([0-9]{1,6}[smhd]){1,4}$' },
    read(written, context) {
      const value = written.kind === 'scalar' ? written.value : undefined
      if (typeof value === 'number') {
        report(
          context,
          written,
          `a duration needs a unit (s, m, h or d), found ${described(written)}`,
          `${written.kind === 'scalar' ? written.text : ''}s`,
        )
        return BAD
      }
      const ms = typeof value === 'string' ? parseDuration(value) : undefined
      if (ms === undefined) return wrong(written, context, 'a duration such as 90s, 5m or 1h30m')
      return ms >= range.leastMs && ms <= range.mostMs ? good(ms) : wrong(written, context, `a duration ${bounds}`)
    },
  }
}

const NANO = 1_000_000_000n
const MEBI = 1024n * 1024n * NANO

type Measure = {
  readonly example: string
  /** What is wrong with a quantity that can be read, or undefined. */
  readonly problem: (value: Quantity) => string | undefined
}

const MEASURES = {
  // Below 1Mi stands a forgotten unit: `2` is two bytes, and `512m` is half a byte.
  bytes: {
    example: '512Mi or 2Gi',
    problem: (value) => (value.nano < MEBI ? 'is less than 1Mi: bytes need a unit such as Mi or Gi' : undefined),
  },
  cores: {
    example: '500m or "2"',
    problem: (value) => {
      if (value.nano < NANO / 1000n) return 'is less than 1m'
      if (/[A-Z]i?$|k$/.test(value.text) || value.nano > 4096n * NANO)
        return 'is not an amount of CPU: use cores ("2") or millicores (500m)'
      return undefined
    },
  },
} as const satisfies Readonly<Record<string, Measure>>

/** A quantity of Kubernetes: of memory and storage (`bytes`) or of CPU (`cores`). A bare number is accepted where its unit is plain. */
export function quantity(kind: keyof typeof MEASURES): Reader<Quantity> {
  const measure: Measure = MEASURES[kind]
  return {
    schema: { type: ['string', 'number'], examples: [measure.example] },
    read(written, context) {
      const value = quantityOf(written)
      if (value === undefined) return wrong(written, context, `a quantity such as ${measure.example}`)
      const problem = measure.problem(value)
      if (problem === undefined) return good(value)
      report(context, written, `${described(written)} ${problem}`)
      return BAD
    },
  }
}

function quantityOf(written: Written): Quantity | undefined {
  if (written.kind !== 'scalar' || written.value === null || typeof written.value === 'boolean') return undefined
  return parseQuantity(written.text)
}
