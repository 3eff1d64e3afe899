import { KintsugiError } from '../../domain/index.ts'

/** What we use of onnxruntime-node 1.30, which is no dependency of ours and has no types here. Read in its documentation. */
export type Runtime = {
  readonly InferenceSession: { create(model: Uint8Array, options: SessionOptions): Promise<Session> }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor
}

/** One thread gives the same sums in the same order, so the same numbers. */
export type SessionOptions = {
  readonly intraOpNumThreads: 1
  readonly interOpNumThreads: 1
  readonly logSeverityLevel: 3
}

export type Tensor = { readonly data: unknown; readonly dims: readonly number[] }

export type Session = {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Absent before 1.22. */
  readonly inputMetadata?: readonly { readonly type?: string; readonly shape?: readonly (number | string)[] }[]
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  release(): Promise<void>
}

/** Not written in an import, so that neither the compiler nor a bundler asks for a package that few need. */
export const RUNTIME = 'onnxruntime-node'

/** Loads the package where the operator has installed it. */
export async function loadRuntime(
  model: string,
  load = (name: string): Promise<unknown> => import(name),
): Promise<Runtime> {
  let found: unknown
  try {
    found = await load(RUNTIME)
  } catch (cause) {
    const message = `${model} needs the package ${RUNTIME}, which cannot be loaded: install it beside kintsugi (npm install ${RUNTIME}), or take the .onnx model out of the configuration`
    throw new KintsugiError('KIN-2001', message, { cause })
  }
  if (isRuntime(found)) return found
  if (typeof found === 'object' && found !== null && 'default' in found && isRuntime(found.default))
    return found.default
  throw new KintsugiError(
    'KIN-2001',
    `${model} needs ${RUNTIME} 1.22 or later; what is installed under that name is something else`,
  )
}

function isRuntime(value: unknown): value is Runtime {
  return typeof value === 'object' && value !== null && 'InferenceSession' in value && 'Tensor' in value
}
