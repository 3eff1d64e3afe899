import { parseArgs } from 'node:util'

export type Options = {
  readonly data: string
  readonly models: readonly string[] | undefined
  readonly series: string
  readonly workers: number
  readonly seed: number
  /** A row is in alarm where its tail is below this. */
  readonly rate: number
  readonly quick: boolean
  readonly json: boolean
  /** The line whose series are printed one by one. */
  readonly detail: string | undefined
}

/** Reads the command line; throws on what it does not know. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string', default: '../shared/data/anomaly-dev' },
      models: { type: 'string' },
      series: { type: 'string', default: '**' },
      workers: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '0.003' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      detail: { type: 'string' },
    },
  })
  return {
    data: values.data,
    models: values.models?.split(','),
    series: values.series,
    workers: numberOf('workers', values.workers, (value) => Number.isSafeInteger(value) && value > 0),
    seed: numberOf('seed', values.seed, Number.isSafeInteger),
    rate: numberOf('rate', values.rate, (value) => value > 0 && value < 1),
    quick: values.quick,
    json: values.json,
    detail: values.detail,
  }
}

function numberOf(name: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text)
  if (!fits(value)) throw new RangeError(`--${name} ${text} is out of range`)
  return value
}
