import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isJsonObject, KintsugiError, type Manifest, objectKey } from '../domain/index.ts'
import { readYaml } from '../source/index.ts'
import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'

const MOST_BYTES = 1024 * 1024

/** The object of `--live FILE`, as `kubectl get -o yaml` or `-o json` prints it; undefined where none is given. */
export async function readLive(args: Arguments, io: Io): Promise<Manifest | undefined> {
  const file = args.text('live')
  if (file === undefined) return undefined
  const path = resolve(io.cwd, file)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true || found.size > MOST_BYTES)
    throw new KintsugiError('KIN-1002', `${file} is no file of at most 1 MB.`)
  const read = readYaml(new Uint8Array(await readFile(path)), file)
  if (!read.read) throw new KintsugiError('KIN-1002', `${file}: ${read.message}`)
  const value = read.documents[0]?.value
  if (isJsonObject(value) && objectKey(value) !== undefined) return value
  throw new KintsugiError('KIN-1002', `${file} holds no object of a cluster.`)
}
