/** What stands in `recording.json` beside the slices. Times are epoch milliseconds. */
export type RecordingFile = {
  readonly schemaVersion: 1
  /** The range that the recording was made for; slices reach further back. */
  readonly fromMs: number
  readonly untilMs: number
  readonly slices: readonly SliceEntry[]
}

/** One read: `file` holds a line for each signal, and one for each series. */
export type SliceEntry = {
  readonly file: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly signals: readonly string[]
}

export const INDEX_FILE = 'recording.json'
export const SLICE_NAME = /^\d{4}\.ndjson\.gz$/
export const MOST_SLICES = 5000
/** A slice when it is unpacked: more than any read of a cluster that one process looks at. */
export const MOST_SLICE_BYTES = 384 * 2 ** 20
