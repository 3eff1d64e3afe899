import type { Context, ExitCode } from '../verb.ts'
import { csvHeader, csvLine } from './csv.ts'
import { journalOf, selected } from './journal.ts'

export async function runExport({ args, terminal, io }: Context): Promise<ExitCode> {
  const { faults, entries } = await terminal.during('reading', () => journalOf(args, io))
  const shown = selected(entries, args)
  if (terminal.asJson) {
    const stream = terminal.stream('records', { whole: faults.length === 0 })
    for (const entry of shown) stream.add(entry)
    stream.end({})
    return 0
  }
  terminal.line(csvHeader())
  for (const entry of shown) terminal.line(csvLine(entry))
  if (faults.length > 0) terminal.note(`The journal is broken in ${faults.length} places: kintsugi audit verify`)
  return 0
}
