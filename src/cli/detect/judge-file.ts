import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { KintsugiError } from '../../domain/index.ts'
import { loadedEngines } from '../engines.ts'
import type { Context, ExitCode } from '../verb.ts'
import { readCsv } from './csv.ts'
import { onGrid } from './grid.ts'
import { judgeSamples } from './judge.ts'
import { settingsOf } from './settings.ts'
import { printAlarms, printPoints } from './show.ts'

const MOST_BYTES = 512 * 2 ** 20

/** Judges the samples of a file and prints what was found. Throws KIN-1001, KIN-1002 and KIN-1005. */
export async function judgeFile(context: Context, file: string): Promise<ExitCode> {
  const { terminal, io } = context
  const settings = settingsOf(context)
  const samples = readCsv(await textOf(resolve(io.cwd, file)), file)
  const gridded = onGrid(samples, basename(file))
  const verdict = judgeSamples(samples, gridded, await loadedEngines(), settings)
  if (terminal.asJson) printPoints(terminal, verdict)
  else printAlarms(terminal, verdict, settings)
  return 0
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
