import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { KintsugiError, type Series, type SignalAnswer, type TimeRange } from '../../domain/index.ts'
import type { Metrics } from '../../ports/index.ts'
import { INDEX_FILE, MOST_SLICES, type RecordingFile, type SliceEntry } from './format.ts'

const packed = promisify(gzip)

export type Recorder = {
  /** The same metrics; whatever they answer is written down. */
  over(source: Metrics): Metrics
  /** Makes a whole recording of what was written so far. */
  finish(range: { readonly fromMs: number; readonly untilMs: number }): Promise<void>
}

/** Writes answers into a folder that is made, or empty. Throws KIN-1002. */
export async function recordInto(folder: string): Promise<Recorder> {
  await emptyFolder(folder)
  const slices: SliceEntry[] = []
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(join(folder, name), content).catch((cause: unknown) => {
      throw new KintsugiError('KIN-1002', `${join(folder, name)} cannot be written`, { cause })
    })
  }
  return {
    over: (source) => ({
      cluster: source.cluster,
      async read(ids, range, scope) {
        const answers = await source.read(ids, range, scope)
        if (slices.length >= MOST_SLICES)
          throw new KintsugiError('KIN-1006', `a recording has at most ${MOST_SLICES} slices: record a shorter range`)
        const file = `${String(slices.length).padStart(4, '0')}.ndjson.gz`
        const { startMs, endMs, stepMs } = range
        slices.push({ file, startMs, endMs, stepMs, signals: ids })
        // Without a time in its head, so that the same answers are the same bytes.
        await write(file, await packed(Buffer.from(linesOf(answers, range)), { level: 6 }))
        return answers
      },
    }),
    finish: ({ fromMs, untilMs }) => {
      const index: RecordingFile = { schemaVersion: 1, fromMs, untilMs, slices }
      return write(INDEX_FILE, `${JSON.stringify(index, null, 2)}\n`)
    },
  }
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    if ((await readdir(folder)).length === 0) return
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${folder} cannot be made`, { cause })
  }
  throw new KintsugiError('KIN-1002', `${folder} is not empty: a recording has a folder of its own`)
}

function linesOf(answers: readonly SignalAnswer[], range: TimeRange): string {
  const lines = answers.flatMap(({ signal, status, asked, problem, series }) => [
    JSON.stringify({ signal, status, asked, ...(problem === undefined ? {} : { problem }) }),
    ...series.map((one) => seriesLine(one, range)),
  ])
  return `${lines.join('\n')}\n`
}

/** From the first sample to the last; null where there is none. */
function seriesLine({ signal, subject, labels, values, startMs }: Series, range: TimeRange): string {
  const { namespace, kind, name, container } = subject
  const first = values.findIndex(Number.isFinite)
  const last = values.findLastIndex(Number.isFinite)
  const told = first < 0 ? [] : Array.from(values.subarray(first, last + 1), (value) => finite(value))
  const offset = (startMs - range.startMs) / range.stepMs
  return JSON.stringify({
    ...{ of: signal, namespace, kind, name },
    ...(container === undefined ? {} : { container }),
    ...(labels === undefined ? {} : { labels }),
    ...{ first: Math.max(0, first) + offset, values: told },
  })
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
