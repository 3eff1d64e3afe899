import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openOnnx } from '../../../src/adapters/onnx/index.ts'
import { KintsugiError } from '../../../src/domain/index.ts'
import { halvingModel } from './tiny-onnx.ts'

const dir = mkdtempSync(join(tmpdir(), 'kintsugi-onnx-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function modelFile(name: string, bytes: Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, bytes)
  return path
}

/** `KINTSUGI_ONNX_RUNTIME` may name where the package lies, for who does not want it beside kintsugi. */
const named = process.env['KINTSUGI_ONNX_RUNTIME']
const load = async (name: string): Promise<unknown> => import(named ?? name)
const present = await load('onnxruntime-node').then(
  () => true,
  () => false,
)
if (!present) console.log('skipped: onnxruntime-node is absent (it is no dependency), so no .onnx model was run')

describe('an .onnx model', () => {
  it('says what to install where the runtime is absent', async () => {
    const path = modelFile('any.onnx', new Uint8Array(3))
    const absent = openOnnx(path, () => Promise.reject(new Error('Cannot find package')))
    await expect(absent).rejects.toBeInstanceOf(KintsugiError)
    await expect(absent).rejects.toMatchObject({ code: 'KIN-2001' })
    await expect(absent).rejects.toThrow(/npm install onnxruntime-node/)
  })

  it('does not take something else under the name of the runtime', async () => {
    const path = modelFile('any.onnx', new Uint8Array(3))
    await expect(openOnnx(path, async () => ({ default: 1 }))).rejects.toThrow(/something else/)
  })

  it('names the file that cannot be read', async () => {
    const missing = openOnnx(join(dir, 'none.onnx'), load)
    await expect(missing).rejects.toMatchObject({ code: 'KIN-1002' })
    await expect(missing).rejects.toThrow(/none\.onnx/)
  })

  it.skipIf(!present)('rebuilds windows, more than one batch of them', async () => {
    const model = await openOnnx(modelFile('half.onnx', halvingModel(['windows', 4, 2])), load)
    expect([model.steps, model.columns]).toEqual([4, 2])
    const windows = Float32Array.from({ length: 300 * 8 }, (_, at) => at)
    expect(await model.rebuild(windows, 300)).toEqual(windows.map((value) => value / 2))
    expect(await model.rebuild(windows.subarray(0, 8), 1)).toEqual(windows.subarray(0, 8).map((value) => value / 2))
    await model.close()
  })

  it.skipIf(!present)('does not take windows of another size', async () => {
    const model = await openOnnx(modelFile('half.onnx', halvingModel(['windows', 4, 2])), load)
    await expect(model.rebuild(new Float32Array(9), 1)).rejects.toThrow(RangeError)
    await model.close()
  })

  it.skipIf(!present).each([
    ['a fixed number of windows', [7, 4, 2]],
    ['no number of steps', ['windows', 'steps', 2]],
    ['two dimensions', ['windows', 8]],
  ] as const)('does not take a model with %s', async (_, shape) => {
    const path = modelFile('other.onnx', halvingModel(shape))
    await expect(openOnnx(path, load)).rejects.toThrow(/shape \[windows, steps, columns\]/)
  })

  it.skipIf(!present)('says that what is no model is none', async () => {
    await expect(openOnnx(modelFile('text.onnx', new TextEncoder().encode('no model')), load)).rejects.toMatchObject({
      code: 'KIN-2001',
    })
  })
})
