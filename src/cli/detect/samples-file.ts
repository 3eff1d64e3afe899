import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KintsugiError } from '../../domain/index.ts'
import { readCsv, type Samples } from './csv.ts'

const MOST_BYTES = 512 * 2 ** 20

/** The samples of a CSV file. Throws KIN-1002 where it cannot be read, and KIN-1005. */
export async function samplesOf(cwd: string, file: string): Promise<Samples> {
  return readCsv(await textOf(resolve(cwd, file)), file)
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new KintsugiError('KIN-1005', `${path} has ${size} bytes; ${MOST_BYTES} are the most.`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof KintsugiError) throw cause
    throw new KintsugiError('KIN-1002', `${path} cannot be read.`, { cause })
  }
}
