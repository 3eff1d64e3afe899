import { formatInstant } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Context, ExitCode } from '../verb.ts'
import { journalOf, selected } from './journal.ts'

export async function runShow({ args, terminal, io }: Context): Promise<ExitCode> {
  const { faults, entries } = await terminal.during('reading', () => journalOf(args, io))
  const shown = selected(entries, args)
  if (terminal.asJson) {
    terminal.json({ whole: faults.length === 0, records: shown })
    return 0
  }
  for (const { atMs, event, lane, detail } of shown) {
    const facts = Object.entries(detail).map(([key, value]) => `${key}=${String(value)}`)
    const at = Math.abs(atMs) <= 8.64e15 ? formatInstant(atMs) : String(atMs)
    terminal.line(styled('dim', at), '  ', styled('cyan', event.padEnd(12)), `  ${lane}  `, facts.join(' '))
  }
  terminal.note(`${shown.length} of ${entries.length} records`)
  if (faults.length > 0) terminal.note(styled('red', `The journal is broken in ${faults.length} places.`))
  terminal.hint('kintsugi audit verify')
  return 0
}
