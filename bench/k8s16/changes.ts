import { changesOf } from '../../src/detection/index.ts'
import type { SignalAnswer, Subject } from '../../src/domain/index.ts'
import { DEPLOYS, PER_DAY, START_MS, STEP_MS } from './calendar.ts'

/** When the service would say that the workload was changed: from the images that run, each read over the day before and the hour after. */
export function changesSeen(subject: Subject): readonly number[] {
  return DEPLOYS.flatMap((deploy, version) => [...changesOf([runningImages(subject, deploy, version)]).values()])
}

function runningImages(subject: Subject, deploy: number, version: number): SignalAnswer {
  const from = deploy - PER_DAY
  const image = (name: number, runs: (row: number) => boolean) => ({
    signal: 'running-image' as const,
    subject: { ...subject, container: 'app' },
    labels: { image: `registry.example/shop:v${name}` },
    startMs: START_MS + from * STEP_MS,
    stepMs: STEP_MS,
    values: Float64Array.from({ length: PER_DAY + 12 }, (_, at) => (runs(from + at) ? 1 : Number.NaN)),
  })
  const series = [image(version, (row) => row < deploy), image(version + 1, (row) => row >= deploy)]
  return { signal: 'running-image', status: 'ok', series, asked: '' }
}
