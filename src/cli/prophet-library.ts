import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ProphetLibrary } from '../detection/engines/index.ts'

/** Packages `@bsull/augurs` and `@bsull/augurs-prophet-wasmstan`. The former does not list its module among its exports: it lies beside the entry. */
export async function prophetLibrary(): Promise<ProphetLibrary> {
  const entry = createRequire(import.meta.url).resolve('@bsull/augurs/prophet')
  const wasm = new Uint8Array(readFileSync(join(dirname(entry), 'prophet_bg.wasm')))
  const { Prophet, initSync } = await import('@bsull/augurs/prophet')
  const { optimizer } = await import('@bsull/augurs-prophet-wasmstan')
  return { initSync, wasm, modelOf: (options) => new Prophet({ optimizer, ...options }) }
}
