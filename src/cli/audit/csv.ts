import { type AuditEntry, canonicalJson } from '../../domain/index.ts'
import { printable } from '../style.ts'

const COLUMNS = ['time', 'writer', 'lane', 'event', 'detail', 'file', 'line'] as const

/** What a spreadsheet would take for a formula, also behind blanks. */
const FORMULA = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/

/** A cell of RFC 4180 on one line, as the terminal leaves it: what hid the sign of a formula would be gone later. An apostrophe keeps a spreadsheet from calculating what a name says. */
export function csvCell(text: string): string {
  const line = printable(text)
  const safe = FORMULA.test(line) ? `'${line}` : line
  return /[",;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvHeader(): string {
  return COLUMNS.join(',')
}

/** Whether a moment can be written as a date. */
function timeOf(atMs: number): string {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : String(atMs)
}

export function csvLine(entry: AuditEntry): string {
  const { atMs, writer, lane, event, detail, file, line } = entry
  return [timeOf(atMs), writer, lane, event, canonicalJson(detail), file, String(line)].map(csvCell).join(',')
}
