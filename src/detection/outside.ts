import type { SignalId } from '../domain/index.ts'
import { type Judged, verdictOf } from './judged.ts'
import type { Track } from './track.ts'
import type { Window } from './window.ts'

/** What a model outside says of a row: -1 is an anomaly, 1 is normal. */
type Label = -1 | 1

/** Rows of a window that a model outside is asked about, in order of time. Only rows of which every feature is there: nothing is filled in. */
export type OutsideRows = {
  /** Their places, counted from the first judged row. */
  readonly at: readonly number[]
  readonly values: readonly (readonly number[])[]
}

/** The rows from `from` on, as the model takes them; none where the workload lacks one of the features. */
export function outsideRows(window: Window<SignalId>, from: number, features: readonly SignalId[]): OutsideRows {
  const columns = features.map((signal) => window.columns.find((column) => column.signal === signal))
  const at: number[] = []
  const values: number[][] = []
  for (let row = from; row < window.length; row += 1) {
    const read = columns.map((column) => column?.values[row] ?? Number.NaN)
    if (!read.every(Number.isFinite)) continue
    at.push(row - from)
    values.push(read)
  }
  return { at, values }
}

/**
 * The track of a model outside. Its label is a vote and no score, so an anomaly has a tail that is just below the alarm rate: it carries a
 * vote where its one voice is needed, and never outranks a model whose tail was measured. Without labels it abstains.
 */
export function outsideTrack(
  name: string,
  from: number,
  length: number,
  rows: OutsideRows,
  labels: readonly Label[] | undefined,
  rate: number,
): Track {
  const scores = new Float64Array(length).fill(Number.NaN)
  const tails = new Float64Array(length).fill(Number.NaN)
  for (const [index, row] of rows.at.entries()) {
    const label = labels?.[index]
    if (label === undefined) continue
    scores[row] = label === -1 ? 1 : 0
    tails[row] = label === -1 ? rate * (1 - Number.EPSILON) : 1
  }
  const silent = labels === undefined ? [{ from, to: from + length, why: 'no-answer' as const }] : []
  return { model: `kserve/${name}`, from, scores, tails, silent }
}

/** The same rows and the same vote, with those of models outside counted in; each of them counts as configured, also where it abstains. */
export function withOutside(
  result: Judged,
  outside: readonly Track[],
  window: Pick<Window, 'stepMs' | 'columns'>,
): Judged {
  if (outside.length === 0) return result
  return verdictOf([...result.tracks, ...outside], result.from, window, result.voting, result.recurring)
}
