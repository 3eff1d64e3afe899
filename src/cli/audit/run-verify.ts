import { formatAuditHead } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Context, ExitCode } from '../verb.ts'
import { journalOf } from './journal.ts'

/** 0 for a whole journal, 3 for one that is not. */
export async function runVerify({ args, terminal, io }: Context): Promise<ExitCode> {
  const { faults, entries, heads, anchors, ref, commit } = await terminal.during('reading', () => journalOf(args, io))
  const code: ExitCode = faults.length === 0 ? 0 : 3
  if (terminal.asJson) {
    terminal.json({ whole: code === 0, ref, commit, records: entries.length, anchors: anchors.length, heads, faults })
    return code
  }
  for (const { file, line, says } of faults)
    terminal.line(styled('red', line === undefined ? file : `${file}:${line}`), ` ${says}`)
  for (const head of heads) terminal.line(styled('dim', 'head '), formatAuditHead(head))
  const told = `${entries.length} records of ${heads.length} writers in ${ref}, ${anchors.length} anchors in commits`
  terminal.line(code === 0 ? styled('green', 'whole: ') : styled('red', `broken in ${faults.length} places: `), told)
  if (anchors.length === 0)
    terminal.note('No commit of this clone anchors the journal, so a cut at its end would not be seen.')
  terminal.hint('kintsugi audit show')
  return code
}
