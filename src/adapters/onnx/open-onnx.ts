import { open } from 'node:fs/promises'
import { KintsugiError } from '../../domain/index.ts'
import type { Rebuilder } from '../../ports/index.ts'
import { loadRuntime, type Runtime, type Session } from './runtime.ts'

/** A model of windows as ours are has a few hundred kilobytes. */
const LARGEST = 64 * 1024 * 1024
const MOST_STEPS = 1024
const MOST_COLUMNS = 64
/** So many windows are rebuilt at once. */
const BATCH = 256

/**
 * Opens an .onnx model as an autoencoder of windows: one input and one output, both float32 of shape [windows, steps, columns], the first
 * left open. Throws KIN-1002 when the file cannot be read and KIN-2001 when it, or the runtime, is not what is needed.
 */
export async function openOnnx(path: string, load?: (name: string) => Promise<unknown>): Promise<Rebuilder> {
  const bytes = await contentOf(path)
  const runtime = await loadRuntime(path, load)
  const session = await sessionOf(runtime, path, bytes)
  const { input, output, steps, columns } = await shapeOf(session, path)
  const size = steps * columns
  return {
    steps,
    columns,
    async rebuild(windows, count) {
      if (windows.length !== count * size) throw new RangeError(`${windows.length} numbers are not ${count} windows`)
      const rebuilt = new Float32Array(windows.length)
      for (let from = 0; from < count; from += BATCH) {
        const some = Math.min(BATCH, count - from)
        const data = windows.slice(from * size, (from + some) * size)
        const answer = (await session.run({ [input]: new runtime.Tensor('float32', data, [some, steps, columns]) }))[
          output
        ]
        if (!(answer?.data instanceof Float32Array) || answer.data.length !== some * size)
          throw unusable(path, `${output} is not of the shape of ${input}`)
        rebuilt.set(answer.data, from * size)
      }
      return rebuilt
    },
    close: () => session.release(),
  }
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > LARGEST) throw new Error(`${size} bytes, and at most ${LARGEST} are read`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`, {
      cause,
    })
  }
}

async function sessionOf(runtime: Runtime, path: string, bytes: Uint8Array): Promise<Session> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    })
  } catch (cause) {
    throw unusable(path, cause instanceof Error ? cause.message : 'the runtime does not take it', cause)
  }
}

async function shapeOf(session: Session, path: string) {
  const [input, ...inputs] = session.inputNames
  const [output, ...outputs] = session.outputNames
  const { type, shape } = session.inputMetadata?.[0] ?? {}
  const [windows, steps, columns] = shape ?? []
  const fits =
    type === 'float32' &&
    shape?.length === 3 &&
    typeof windows !== 'number' &&
    within(steps, MOST_STEPS) &&
    within(columns, MOST_COLUMNS)
  if (input !== undefined && output !== undefined && inputs.length + outputs.length === 0 && fits)
    return { input, output, steps, columns }
  await session.release()
  throw unusable(
    path,
    'it must have one float32 input of shape [windows, steps, columns], the first left open, and one output',
  )
}

function within(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most
}

function unusable(path: string, why: string, cause?: unknown): KintsugiError {
  return new KintsugiError('KIN-2001', `${path} cannot be used as an autoencoder of windows: ${why}`, { cause })
}
