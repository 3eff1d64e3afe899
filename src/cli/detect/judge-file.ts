import { basename } from 'node:path'
import { loadedEngines } from '../engines.ts'
import type { Context, ExitCode } from '../verb.ts'
import { onGrid } from './grid.ts'
import { judgeSamples } from './judge.ts'
import { samplesOf } from './samples-file.ts'
import { settingsOf } from './settings.ts'
import { printAlarms, printPoints } from './show.ts'

/** Judges the samples of a file and prints what was found. Throws KIN-1001, KIN-1002 and KIN-1005. */
export async function judgeFile(context: Context, file: string): Promise<ExitCode> {
  const { terminal, io } = context
  const settings = settingsOf(context)
  const samples = await samplesOf(io.cwd, file)
  const gridded = onGrid(samples, basename(file))
  const verdict = judgeSamples(samples, gridded, await loadedEngines(), settings)
  if (terminal.asJson) printPoints(terminal, verdict)
  else printAlarms(terminal, verdict, settings)
  return 0
}
