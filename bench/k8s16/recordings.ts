import { createHash } from 'node:crypto'
import type { Detector, Engines, Track, Window } from '../../src/detection/index.ts'
import { type Recording, record, replay, type Series } from '../detection/recording.ts'
import { sourcesDigest } from '../detection/sources.ts'
import { readRecording, recordingKey, writeRecording } from '../detection/store.ts'

/** What a model said of a workload, and the track that today's rules make of it. */
export type Recorded = { readonly recording: Recording; readonly track: Track }

/**
 * What a model says of a workload: from the store where its sources are as they were, else it is asked now. What comes after the models can
 * then be tried in seconds.
 */
export function recordedOf(root: string, detector: Detector, series: Series, seed: number, engines: Engines): Recorded {
  const key = recordingKey(detector.id, sourcesDigest(root, detector.id), digestOf(series), seed)
  const known = readRecording(root, key)
  const played = known === undefined ? undefined : replay(detector, known, series)
  if (known !== undefined && played !== undefined) return { recording: known, track: played }
  const recording = record(detector, series, seed, engines)
  writeRecording(root, key, recording)
  const track = replay(detector, recording, series)
  if (track === undefined) throw new Error(`${detector.id} asks for what it was not asked for when it was recorded`)
  return { recording, track }
}

function digestOf({ window, from }: { readonly window: Window; readonly from: number }): string {
  const hash = createHash('sha256').update(`${window.startMs} ${window.stepMs} ${window.length} ${from}`)
  for (const { signal, values } of window.columns)
    hash.update(signal).update(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  return hash.digest('hex')
}
