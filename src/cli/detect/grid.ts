import type { Window } from '../../detection/index.ts'
import { KintsugiError } from '../../domain/index.ts'
import type { Samples } from './csv.ts'

/** A grid with more rows than this has hardly any samples on it, or far too many. */
const MOST_ROWS = 10_000_000

/** Samples on a regular grid, and the row of each sample. */
export type Gridded = { readonly window: Window; readonly rowOf: Int32Array }

/**
 * Lays samples on the grid of their commonest distance; a sample goes to the nearest row. Where two share a row the later one counts, and a
 * row that none came to has no sample. Throws KIN-1005 where there is no step to be seen.
 */
export function onGrid({ times, values }: Samples, name: string): Gridded {
  const startMs = times[0] ?? 0
  const stepMs = stepOf(times, name)
  const rowOf = Int32Array.from(times, (atMs) => Math.round((atMs - startMs) / stepMs))
  const length = Math.round(((times.at(-1) ?? 0) - startMs) / stepMs) + 1
  if (!(length <= MOST_ROWS))
    throw new KintsugiError(
      'KIN-1005',
      `At a step of ${stepMs} ms, ${name} would have ${length} rows; ${MOST_ROWS} are the most.`,
    )
  const column = new Float64Array(length).fill(Number.NaN)
  for (const [at, row] of rowOf.entries()) {
    const value = values[at] ?? Number.NaN
    if (Number.isFinite(value)) column[row] = value
  }
  const subject = { cluster: 'file', namespace: '', kind: 'Series', name }
  const columns = [{ signal: 'value', values: column, asked: name }]
  return { window: { subject, startMs, stepMs, length, columns, partial: false }, rowOf }
}

/** The commonest distance between neighbours; the shorter one of two that are equally common. */
function stepOf(times: Float64Array, name: string): number {
  const seen = new Map<number, number>()
  for (let at = 1; at < times.length; at += 1) {
    const distance = (times[at] ?? 0) - (times[at - 1] ?? 0)
    if (distance > 0) seen.set(distance, (seen.get(distance) ?? 0) + 1)
  }
  const [step] = [...seen].sort(([a, often], [b, other]) => other - often || a - b)[0] ?? []
  if (step === undefined)
    throw new KintsugiError('KIN-1005', `${name} has fewer than two moments, so there is no step to be seen.`)
  return step
}
