import type { OutsideLabel } from '../../ports/index.ts'

/** Labels of an answer to `:predict`, or what is wrong with it. */
export type Predictions =
  | { readonly read: true; readonly labels: readonly OutsideLabel[] }
  | { readonly read: false; readonly problem: string }

/**
 * Reads `{"predictions": [1, -1, ...]}`, one for each row that was asked about. Other keys are left to whoever serves the model. 0 is no
 * label: where 1 is an anomaly to somebody, nothing tells.
 */
export function readPredictions(text: string, rows: number): Predictions {
  const told = predictionsIn(text)
  if (told === undefined) return { read: false, problem: 'its answer holds no list of predictions' }
  if (told.length !== rows) return { read: false, problem: `it gave ${told.length} predictions for ${rows} rows` }
  const labels: OutsideLabel[] = []
  for (const one of told) {
    if (one !== 1 && one !== -1)
      return { read: false, problem: 'its answer holds a prediction that is neither 1 nor -1' }
    labels.push(one)
  }
  return { read: true, labels }
}

function predictionsIn(text: string): readonly unknown[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'predictions')) return undefined
  const told = 'predictions' in value ? value.predictions : undefined
  return Array.isArray(told) ? told : undefined
}
