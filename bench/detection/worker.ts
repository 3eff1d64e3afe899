import { parentPort } from 'node:worker_threads'
import { readSeries } from './dataset.ts'
import { loadEngines, models } from './models.ts'
import type { Job } from './pool.ts'
import { record } from './recording.ts'
import { writeRecording } from './store.ts'

/** Entry of a worker thread: records one model on one series at a time. */
const engines = await loadEngines()
parentPort?.on('message', ({ root, folder, entry, model, key, seed }: Job) => {
  const detector = models.find((one) => one.id === model)
  if (detector === undefined) throw new Error(`no such model: ${model}`)
  writeRecording(root, key, record(detector, readSeries(folder, entry), seed, engines))
  parentPort?.postMessage(key)
})
